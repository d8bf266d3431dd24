"""Checks an app before its machine boots: imports, types, and where MicroPython is not CPython."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.page import show
from unikernel.notebook.session import Session
from unikernel.notebook.subject import add_stack_subject


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_stack_subject(parser)


def run(session: Session, options: Namespace) -> None:
    """Shows the findings by file and line."""
    from unikernel.check import check  # noqa: PLC0415

    show(check(session.stack(options.subject, "check")))
