"""What can go wrong, as one tree. Every error prints as one sentence: thing, place, cure.

UnikernelError
├── Refusal              bad input; nothing was done                 exit status 2
│   ├── BuildError       a source that does not compile              2
│   └── SourceError      a source archive that cannot be had         2
└── MachineError         a machine that did not do as asked
    ├── VmmError         the VMM failed, not the machine             125
    ├── MachineTimeout   the time given was over                     124
    ├── MachinePanic     the kernel broke a promise, or left no word 134
    └── WrongState       a method called in a state that forbids it  2
"""

from typing import ClassVar


class UnikernelError(Exception):
    """Base of all errors that the package raises on purpose."""

    exit_status: ClassVar[int] = 2

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the sentence says all, and where."""
        return str(self).splitlines()


class Refusal(UnikernelError):
    """Bad input. ``str()`` is one sentence that names the thing, the place and the cure."""


class BuildError(Refusal):
    """A source that does not compile; `excerpt` is the line of source, with the caret's column where known."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        excerpt: str | None = None,
    ) -> None:
        """`line` and `column` count from 1."""
        super().__init__(message)
        self.file = file
        self.line = line
        self.column = column
        self.excerpt = excerpt

    def __str__(self) -> str:
        """``file:line:column: message``, then the excerpt and its caret on lines of their own."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        text = f"{place}: {self.args[0]}" if place else str(self.args[0])
        if self.excerpt is not None:
            text += f"\n    {self.excerpt}"
            if self.column is not None:
                # Tabs stay tabs, so that the caret stands under its character at any tab width.
                lead = "".join("\t" if character == "\t" else " " for character in self.excerpt[: self.column - 1])
                text += f"\n    {lead}^"
        return text


class SourceError(Refusal):
    """A source archive that cannot be had, or is not what its hash says."""


class MachineError(UnikernelError):
    """A machine that did not do what was asked of it."""


class VmmError(MachineError):
    """The VMM failed: it could not start, or it stopped for a reason of its own."""

    exit_status = 125


class MachineTimeout(MachineError):
    """The time given was over."""

    exit_status = 124


class MachinePanic(MachineError):
    """The machine's kernel broke a promise, or the machine ended without a record."""

    exit_status = 134


class WrongState(MachineError):
    """A method was called in a state that does not allow it; the message names both."""
