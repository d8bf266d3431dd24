"""Attaches to a kept machine, one booted with --detach: what it has written comes first, as far as it is kept.

On a terminal every key goes to the machine: Ctrl-C interrupts its app, Ctrl-] leaves, and the machine runs on. Several
may be attached at once. When the machine ends, its exit status passes through, as with boot; who leaves has 0. Of one
that has ended already, for a day, how it ended is told, and its exit status passes through as well.
"""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from unikernel.cli import output
from unikernel.errors import Refusal

if TYPE_CHECKING:
    from unikernel.machine.ending import Ending


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="the machine, as unikernel ps lists it; left out, the newest kept one"
    )


def run(options: Namespace) -> int:
    """Attaches until the machine ends, or the user leaves; returns the exit status."""
    from unikernel.machine import registry  # noqa: PLC0415
    from unikernel.machine.ending import Ending  # noqa: PLC0415

    found = registry.look_up(options.name, "console") if options.name else registry.newest_kept()
    if found is None:
        raise Refusal("console: no machine is kept; unikernel boot DIR --detach starts one.")
    if isinstance(found, Ending):
        return _tell(found)
    try:
        return _attach(found.name)
    except Refusal:
        ended = registry.look_up(found.name, "console")  # It may have ended while we came.
        if isinstance(ended, Ending):
            return _tell(ended)
        raise


def _tell(ending: Ending) -> int:
    output.message(f"{ending.name}: it had ended: {ending}.")
    return ending.status


def _attach(name: str) -> int:
    from unikernel.cli.attach import LEAVE_NAME, Attachment  # noqa: PLC0415 - asyncio, which most refusals do not need
    from unikernel.cli.boot import tell_ending  # noqa: PLC0415
    from unikernel.cli.terminal import RawTerminal, keyboard  # noqa: PLC0415
    from unikernel.cli.wake import Wake  # noqa: PLC0415
    from unikernel.machine.sync import attach  # noqa: PLC0415

    descriptor = keyboard()
    terminal = None if descriptor is None else RawTerminal(descriptor)
    with contextlib.ExitStack() as stack:
        if terminal:
            stack.enter_context(terminal.attached())
        wake = stack.enter_context(Wake().catching())
        machine = attach(name)
        if terminal:
            output.message(f"{name}: its console is attached; {LEAVE_NAME} leaves, and it runs on.\r")
        attached = Attachment(machine, wake, terminal).run()
    tell_ending(attached)
    if attached.run is None:
        output.message(f"{name}: left; it runs on.")
    return attached.status
