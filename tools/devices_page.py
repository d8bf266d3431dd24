"""Writes docs/devices.md: every device class, as the classes themselves say it."""

from __future__ import annotations

import sys
from pathlib import Path

from unikernel.cli.devices import catalogue, page
from unikernel.devices import CATALOGUE
from unikernel.table import Table

PAGE = Path(__file__).parents[1] / "docs/devices.md"
HEAD = """# The devices

Made from the device classes by `make docs`; edit those. `unikernel devices` shows the same, with the devices of installed packages, and
so does the composer. [writing-a-device.md](writing-a-device.md) tells how to add one, [parameters.md](parameters.md) what can be left
open for the boot.
"""


def text() -> str:
    """The whole page: the list, then a section a class."""
    table = catalogue()
    rows = tuple((f"[`{row[0]}`](#{row[0].lower()})", *row[1:]) for row in table.rows if row[0] in CATALOGUE.own)
    parts = [HEAD, _markdown(Table(table.columns, rows))]
    for name, cls in CATALOGUE.own.items():
        card = page(cls)
        parts += [f"## {name}", " · ".join(card.facts) + "\n", card.message + "\n", _markdown(card.tables[0])]
    return "\n".join(parts)


def _markdown(table: Table) -> str:
    rows = [tuple(column.head for column in table.columns), ("---",) * len(table.columns)]
    rows += [
        tuple(
            f"`{cell}`" if column.mono and cell and "`" not in cell else cell
            for cell, column in zip(row, table.columns, strict=True)
        )
        for row in table.rows
    ]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(text())
    sys.stdout.write("docs/devices.md: written from the device classes\n")
