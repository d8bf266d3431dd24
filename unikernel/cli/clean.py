"""Says what the cache holds, and frees it. Everything in it can be made again, or fetched."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.table import Card, Column, Table
from unikernel.units import file_size


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("--dry-run", action="store_true", help="only say what it holds")
    parser.add_argument(
        "--keep-sources", action="store_true", help="keep the fetched archives: no network for the next build"
    )


def run(options: Namespace) -> int:
    """Lists the cache's parts, then removes them."""
    from unikernel.build import cache  # noqa: PLC0415

    parts = [part for part in cache.index() if part.files]
    rows = tuple((part.name, str(part.files), file_size(part.bytes), part.text) for part in parts)
    columns = (Column("part", mono=True), Column("files", "right"), Column("size", "right"), Column(""))
    card = Card(f"cache {cache.root()}", facts=(file_size(sum(part.bytes for part in parts)),))
    output.result((Card(card.name, facts=card.facts, tables=(Table(columns, rows),)) if parts else card).text())
    if options.dry_run:
        return 0
    names = tuple(name for name in cache.PARTS if not (options.keep_sources and name == "sources"))
    output.result(f"{file_size(cache.free(names))} freed.")
    return 0
