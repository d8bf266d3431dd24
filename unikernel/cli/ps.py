"""Lists the machines of this user that run now, and for a day those kept ones that have ended.

With --json one line: a list of objects with name, state (running or ended), kept, image, memory_bytes and uptime_s; of
one that runs pid (of the owner), vmm_pid, console and forwards, of one that has ended status, ended_by, reason and ended_at (in
seconds since 1970). What one of the two kinds has not is null.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from unikernel.cli import output
from unikernel.table import Column, Table
from unikernel.units import duration, memory

if TYPE_CHECKING:
    from unikernel.machine.ending import Ending
    from unikernel.machine.entry import Entry

NOTHING = "No machine runs; unikernel boot DIR starts one."
COLUMNS = (
    Column("machine", mono=True),
    Column("state"),
    Column("memory", "right"),
    Column("up", "right"),
    Column("owner"),
    Column("image", mono=True),
)
"""Of the list, also in a notebook."""


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="list them as JSON, on one line")


def run(options: Namespace) -> int:
    """Prints one line a machine."""
    from unikernel.machine import registry  # noqa: PLC0415
    from unikernel.machine.network.forwards import OpenForward  # noqa: PLC0415

    entries, ended = registry.running(), registry.ended()
    if options.json:
        found = [*map(_running, entries), *map(_ended, ended)]
        output.result(json.dumps(found, ensure_ascii=False))
        return 0
    if not entries and not ended:
        output.message(NOTHING)
        return 0
    rows = [(e.name, "running", memory(e.memory_bytes), duration(e.uptime_s), owner(e), e.image) for e in entries]
    output.result(Table(COLUMNS, (*rows, *map(ended_row, ended))).text())
    for each in entries:
        for forward in each.forwards:
            output.result(f"{each.name}: {OpenForward.read(forward).link().text}")
    return 0


def owner(entry: Entry) -> str:
    """Whose a machine is: ``keeper 12``, to which one can attach, or the process that booted it, ``process 12``."""
    return f"{'keeper' if entry.console else 'process'} {entry.pid}"


def ended_row(ending: Ending) -> tuple[str, ...]:
    """One that has ended: how and when, and how long it was up."""
    return ending.name, str(ending), memory(ending.memory_bytes), duration(ending.lived_s), "", ending.image


def _running(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "state": "running",
        "pid": entry.pid,
        "vmm_pid": entry.vmm_pid,
        "kept": bool(entry.console),
        "console": entry.console or None,
        "image": entry.image,
        "memory_bytes": entry.memory_bytes,
        "uptime_s": round(entry.uptime_s, 3),
        "forwards": entry.forwards,
        **dict.fromkeys(("status", "ended_by", "reason", "ended_at")),
    }


def _ended(ending: Ending) -> dict[str, object]:
    return {
        "name": ending.name,
        "state": "ended",
        **dict.fromkeys(("pid", "vmm_pid", "forwards")),
        "kept": True,
        "console": None,
        "image": ending.image,
        "memory_bytes": ending.memory_bytes,
        "uptime_s": round(ending.lived_s, 3),
        "status": ending.status,
        "ended_by": ending.ended_by,
        "reason": ending.reason,
        "ended_at": round(ending.ended, 3),
    }
