"""Lists the machines that run, this notebook's and this user's others; and for a day those kept ones that have ended."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli.ps import COLUMNS, ended_row, owner
from unikernel.notebook.making import show_nothing_runs
from unikernel.notebook.page import show_card
from unikernel.notebook.session import Session
from unikernel.table import Card, Link, Table
from unikernel.units import duration, memory


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments: none."""
    del parser


def run(session: Session, options: Namespace) -> None:
    """Shows one line a machine."""
    del options
    import os  # noqa: PLC0415

    from unikernel.machine import registry  # noqa: PLC0415
    from unikernel.machine.network.forwards import OpenForward  # noqa: PLC0415

    entries, ended = registry.running(), registry.ended()
    if not entries and not ended:
        show_nothing_runs()
        return
    ours = {name: machine for name, machine in session.machines.items() if machine.run is None}
    rows = tuple(
        (
            each.name,
            ours[each.name].state.value if each.name in ours else "running",
            memory(each.memory_bytes),
            duration(each.uptime_s),
            "this notebook" if each.pid == os.getpid() else owner(each),
            each.image,
        )
        for each in entries
    )
    links = tuple(
        Link(f"{entry.name}: {link.text}", link.url)
        for entry in entries
        for link in (OpenForward.read(each).link() for each in entry.forwards)
    )
    count = len(entries)
    show_card(
        Card(
            "machines",
            facts=(f"{count} run{'s' * (count == 1)}",),
            tables=(Table(COLUMNS, (*rows, *map(ended_row, ended))),),
            links=links,
        )
    )
