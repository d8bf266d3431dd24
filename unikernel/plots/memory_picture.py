"""The picture of a machine's memory: its regions by address, what may be done there, and which pages are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from unikernel.plots.canvas import Canvas, width_of
from unikernel.plots.style import LABEL_PX
from unikernel.units import memory

if TYPE_CHECKING:
    from unikernel.measure.memory import MemoryUse, Region
    from unikernel.plots.picture import Picture

ROW: Final = 22
GAP: Final = 6
BAR: Final = 14
ADDRESS: Final = 62
NAME: Final = 104
LETTER: Final = 12
SIZES: Final = 132
"""Widths of the columns, in pixels; the bars have the rest."""
LEAST_PX: Final = 1.5
"""A page in a large region is still seen."""


def memory_picture(use: MemoryUse, *, dark: bool, width: int) -> Picture:
    """A row a region; a bar is the whole region, filled where a page is in use. Regions are not to one scale."""
    canvas = Canvas(width, dark=dark)
    largest = max(use.regions, key=lambda region: region.used_bytes)
    finding = (
        f"{use.name} has {memory(use.used_bytes)} of its {memory(use.total_bytes)} in use at its first line; "
        f"{memory(largest.used_bytes)} of them are {largest.name}"
    )
    facts = "by address, the lowest first · filled: pages in use · each bar is its whole region, not to one scale"
    y = canvas.title(0, finding, facts)
    for region in use.regions:
        _row(canvas, y, region)
        y += ROW + GAP
    spoken = ", ".join(f"{each.name} {memory(each.used_bytes)} of {memory(each.bytes)}" for each in use.regions)
    return canvas.finish(y, f"{finding}. {spoken}.", use.card().tables[0])


def _row(canvas: Canvas, top: float, region: Region) -> None:
    scheme = canvas.scheme
    base = top + LABEL_PX + 4
    canvas.text(ADDRESS, base, f"{region.start:#x}", side="right", mono=True, colour=scheme.ink_2)
    canvas.text(ADDRESS + 12, base, region.name, bold=True)
    letters = ADDRESS + 12 + NAME
    for index, letter in enumerate(region.permissions):
        canvas.text(letters + index * LETTER, base, letter, mono=True, colour=scheme.ink_2)
    left, right = letters + 3 * LETTER + 8, canvas.width - SIZES
    _bar(canvas, left, right, top + (ROW - BAR) / 2, region)
    figure = f"{memory(region.used_bytes)} of {memory(region.bytes)}"
    if width_of(figure) <= SIZES - 8:
        canvas.text(canvas.width, base, figure, side="right")
    else:
        canvas.text(canvas.width, base, memory(region.used_bytes), side="right")


def _bar(canvas: Canvas, left: float, right: float, top: float, region: Region) -> None:
    scheme = canvas.scheme
    colour = scheme.kind("arch").mark  # One for all: what may be done is told by letters, never by hue.
    canvas.rectangle(left, top, right - left, BAR, fill=scheme.sunken)
    for start, end in region.used:
        x = left + (start - region.start) / region.bytes * (right - left)
        wide = max((end - start) / region.bytes * (right - left), LEAST_PX)
        canvas.rectangle(min(x, right - wide), top, wide, BAR, fill=colour)
    canvas.rectangle(left, top, right - left, BAR, edge=scheme.edge)
