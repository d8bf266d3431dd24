"""``%unikernel VERB`` and ``%%unikernel app NAME``: picks the verb, loads its module alone, and shows what it
returns.
"""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from unikernel.errors import BuildError, Refusal
from unikernel.notebook.guide import VERBS, show_guide

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from IPython.core.interactiveshell import InteractiveShell

    from unikernel.notebook.session import Session


class Interrupted(KeyboardInterrupt):
    """The Jupyter kernel was interrupted; what was begun is undone, and the cell fails with one line."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [str(self)]


def unikernel(shell: InteractiveShell, line: str, cell: str | None = None) -> None:
    """A library operating system for Python: compose a stack, build it into an image, boot it, look inside.

    ``%unikernel`` alone shows the verbs; ``%unikernel VERB --help`` tells more.
    """
    from unikernel.notebook import session  # noqa: PLC0415 - the first use pays, not %load_ext

    try:
        run(session.started(shell.user_ns), line, cell)
    except BuildError as error:
        # The card above shows the source line; the failure itself is one line.
        raise BuildError(str(error.args[0]), file=error.file, line=error.line, column=error.column) from None


def run(session: Session, line: str, cell: str | None = None) -> None:
    """One magic; raises `Refusal` for what makes no sense, and what the verb raises."""
    words = _words(line)
    if not words or words[0] in ("help", "-h", "--help"):
        show_guide()
        return
    verb = words[0]
    if verb not in VERBS:
        near = get_close_matches(verb, VERBS, 1, 0.5)
        cure = f"did you mean {near[0]}?" if near else "%unikernel alone lists them."
        raise Refusal(f'%unikernel: there is no verb "{verb}"; {cure}')
    if (cell is not None) != (verb == "app"):
        raise Refusal(
            "%%unikernel app: write it with two percent signs at the top of a cell; the lines below are the app."
            if verb == "app"
            else f"%%unikernel {verb}: it takes no cell; write %unikernel {verb} with one percent sign."
        )
    module = import_module(f"unikernel.notebook.verbs.{verb}")
    try:
        options = parser_of(verb, module).parse_args(words[1:])
    except SystemExit:  # after --help
        return
    if cell is not None:
        options.cell = cell
    module.run(session, options)


def parser_of(verb: str, module: Any) -> ArgumentParser:
    """The verb's parser, as its module declares it."""
    import argparse  # noqa: PLC0415

    from unikernel.cli.command import Parser  # noqa: PLC0415

    percent = "%%" if verb == "app" else "%"
    parser = Parser(
        prog=f"{percent}unikernel {verb}",
        description=(module.__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    return parser


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise Refusal(f"%unikernel: the line cannot be read ({str(error).lower()}); close the quotation.") from error
