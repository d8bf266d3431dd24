"""Lists the machines of this user that run now."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.table import Column, Table
from unikernel.units import duration, memory

NOTHING = "No machine runs; unikernel boot DIR starts one."


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments: none."""
    del parser


def run(options: Namespace) -> int:
    """Prints one line a machine."""
    del options
    from unikernel.machine import registry  # noqa: PLC0415

    entries = registry.running()
    if not entries:
        output.message(NOTHING)
        return 0
    columns = (
        Column("machine", mono=True),
        Column("memory", "right"),
        Column("up", "right"),
        Column("owner", "right"),
        Column("image", mono=True),
    )
    rows = tuple((e.name, memory(e.memory_bytes), duration(e.uptime_s), str(e.pid), e.image) for e in entries)
    output.result(Table(columns, rows).text())
    return 0
