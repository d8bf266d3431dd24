"""Stops a machine: the one of that name, or the newest. Its owner keeps its records and sees how it ended."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.cli.ps import NOTHING


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="the machine, as unikernel ps lists it")


def run(options: Namespace) -> int:
    """Stops it, and says so."""
    from unikernel.machine import registry  # noqa: PLC0415
    from unikernel.machine.ending import Ending  # noqa: PLC0415

    name = options.name
    if name is None:
        entries = registry.running()
        if not entries:
            output.message(NOTHING)
            return 0
        name = entries[-1].name
    found = registry.look_up(name, "stop")
    if isinstance(found, Ending):
        output.result(f"{name}: it had ended: {found}.")
        return 0
    registry.stop(name)
    output.result(f"{name}: stopped.")
    return 0
