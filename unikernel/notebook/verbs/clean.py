"""Says what the cache holds, and frees it. Everything in it can be made again, or fetched."""

from __future__ import annotations

from argparse import Namespace

from unikernel.cli.clean import arguments
from unikernel.notebook.page import show_card
from unikernel.notebook.session import Session
from unikernel.table import Card, Column, Table
from unikernel.units import file_size

__all__ = ["arguments", "run"]


def run(session: Session, options: Namespace) -> None:
    """Shows the cache's parts, then removes them."""
    del session
    from unikernel.build import cache  # noqa: PLC0415

    parts = [part for part in cache.index() if part.files]
    rows = tuple((part.name, str(part.files), file_size(part.bytes), part.text) for part in parts)
    columns = (Column("part", mono=True), Column("files", "right"), Column("size", "right"), Column(""))
    if options.dry_run:
        foot = "nothing was removed"
    else:
        names = tuple(name for name in cache.PARTS if not (options.keep_sources and name == "sources"))
        foot = f"{file_size(cache.free(names))} freed"
    total = file_size(sum(part.bytes for part in parts))
    show_card(Card(f"cache {cache.root()}", facts=(total,), tables=(Table(columns, rows),) if rows else (), foot=foot))
