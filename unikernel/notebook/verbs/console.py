"""Shows a machine's console again: live while it runs, its transcript once it has ended.

A machine booted with --detach, in this notebook or anywhere else, is attached to by its name.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.session import Session


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "machine", metavar="MACHINE", nargs="?", help="as %%unikernel ps lists it; left out, the newest"
    )


def run(session: Session, options: Namespace) -> None:
    """Shows it."""
    from unikernel.notebook.display import show_console  # noqa: PLC0415 - anywidget

    machine = session.attached(options.machine, "console")
    session.note_run(machine)
    show_console(machine)
