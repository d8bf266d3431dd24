"""What the command writes: results to standard output, messages and progress to standard error."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Self, TextIO

from unikernel.errors import BuildError, UnikernelError

if TYPE_CHECKING:
    from unikernel.build.step import Step

PROGRAM = "unikernel"
RED = "31"
REFRESH_S = 0.05
_CLEAR_LINE = "\r\x1b[K"
_ANNOUNCED = frozenset({"fetch", "unpack"})
"""Steps that take so long that they are told even where no line can be updated."""


def result(text: str) -> None:
    """A result, to standard output."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def result_json(data: dict[str, Any]) -> None:
    """One object on a line of its own, to standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def message(text: str) -> None:
    """A message, to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def error(fault: UnikernelError) -> None:
    """An error's sentence. One that begins with a file and a line gets no prefix, so that an editor can jump there."""
    if (isinstance(fault, BuildError) and fault.file is not None) or str(fault).startswith(PROGRAM):
        message(str(fault))
    else:
        message(f"{coloured(f'{PROGRAM}:', RED, sys.stderr)} {fault}")


def coloured(text: str, code: str, stream: TextIO) -> str:
    """`text` in an ANSI colour where `stream` is a terminal and ``NO_COLOR`` is not set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def forget_stdout() -> None:
    """Points standard output at nothing, after it broke."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


class Progress:
    """A build's steps on one line of standard error that updates, where that is a terminal; gone at the end."""

    def __init__(self) -> None:
        """Nothing is written before the first step."""
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn_at = 0.0
        self._dirty = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Clears the line."""
        if self._dirty:
            sys.stderr.write(_CLEAR_LINE)
            sys.stderr.flush()
            self._dirty = False

    def __call__(self, step: Step) -> None:
        """Shows `step`."""
        if not self._live:
            if step.verb in _ANNOUNCED:
                message(f"{step.verb} {step.thing}")
            return
        now = time.monotonic()
        if self._drawn_at and now - self._drawn_at < REFRESH_S:
            return
        self._drawn_at = now
        count = f" {step.index} of {step.total}," if step.total else ""
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
        sys.stderr.write(_CLEAR_LINE + f"… {step.verb}{count} {step.thing}"[: columns - 1])
        sys.stderr.flush()
        self._dirty = True
