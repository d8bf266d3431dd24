"""Ends a machine: the one of that name, or the newest of this notebook that runs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.errors import Refusal
from unikernel.notebook.making import show_nothing_runs
from unikernel.notebook.page import show, show_line
from unikernel.notebook.session import Session


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "machine", metavar="MACHINE", nargs="?", help="as %%unikernel ps lists it; left out, the newest"
    )


def run(session: Session, options: Namespace) -> None:
    """Stops it, and shows its run."""
    name = options.machine
    running = [each for each in session.machines.values() if each.run is None]
    if name is None and not running:
        show_nothing_runs()
        return
    try:
        machine = session.machine(name, "stop")
    except Refusal:
        from unikernel.machine import registry  # noqa: PLC0415
        from unikernel.machine.ending import Ending  # noqa: PLC0415

        found = registry.look_up(name, "stop")  # refuses with the names that it knows
        if isinstance(found, Ending):
            show_line(f"{name} had ended: {found}.")
            return
        registry.stop(name)
        show_line(f"{name} was stopped; another process owned it.")
        return
    outcome = machine.run or machine.stop()
    session.note_run(machine)
    show(outcome)
