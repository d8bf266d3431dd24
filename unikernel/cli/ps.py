"""Lists the machines of this user that run now.

With --json one line: a list of objects with name, pid (of the owner), vmm_pid, kept, console, image, memory_bytes and
uptime_s.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from unikernel.cli import output
from unikernel.table import Column, Table
from unikernel.units import duration, memory

if TYPE_CHECKING:
    from unikernel.machine.registry import Entry

NOTHING = "No machine runs; unikernel boot DIR starts one."


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="list them as JSON, on one line")


def run(options: Namespace) -> int:
    """Prints one line a machine."""
    from unikernel.machine import registry  # noqa: PLC0415

    entries = registry.running()
    if options.json:
        output.result(json.dumps([_plain(entry) for entry in entries], ensure_ascii=False))
        return 0
    if not entries:
        output.message(NOTHING)
        return 0
    columns = (
        Column("machine", mono=True),
        Column("memory", "right"),
        Column("up", "right"),
        Column("owner"),
        Column("image", mono=True),
    )
    rows = tuple((e.name, memory(e.memory_bytes), duration(e.uptime_s), owner(e), e.image) for e in entries)
    output.result(Table(columns, rows).text())
    return 0


def owner(entry: Entry) -> str:
    """Whose a machine is: ``keeper 12``, to which one can attach, or the process that booted it, ``process 12``."""
    return f"{'keeper' if entry.console else 'process'} {entry.pid}"


def _plain(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "pid": entry.pid,
        "vmm_pid": entry.vmm_pid,
        "kept": bool(entry.console),
        "console": entry.console or None,
        "image": entry.image,
        "memory_bytes": entry.memory_bytes,
        "uptime_s": round(entry.uptime_s, 3),
    }
