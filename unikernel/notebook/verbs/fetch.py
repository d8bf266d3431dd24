"""Fills a folder with every source archive that a build needs; UNIKERNEL_SOURCES names that folder on a computer
without network.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from unikernel.notebook.page import show_card
from unikernel.notebook.session import Session
from unikernel.table import Card, Column, Table
from unikernel.units import file_size


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to fill; it is made if need be")


def run(session: Session, options: Namespace) -> None:
    """Fetches, and lists what is there."""
    del session
    from unikernel.build import fetch  # noqa: PLC0415

    files = fetch(options.folder)
    rows = tuple((file.name, file_size(file.stat().st_size)) for file in files)
    table = Table((Column("archive", mono=True), Column("size", "right")), rows)
    foot = f"to build from them: export UNIKERNEL_SOURCES={options.folder.resolve()}"
    show_card(Card(str(options.folder), "done", "fetched", (f"{len(files)} archives",), tables=(table,), foot=foot))
