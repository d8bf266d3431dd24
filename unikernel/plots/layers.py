"""Lays out a graph of few nodes in rows: who requires stands above whom it requires. No drawing here.

Each row keeps the order that crosses fewest lines (barycentres, a few sweeps); a line that passes a row gets a place
in it, so that it runs between the boxes and not behind them. A row that is wider than the picture goes on in a second
one.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GAP_PX: Final = 14
"""Between two boxes of a row."""
LANE_PX: Final = 10
"""Between a box and a passing line, or two of those."""
MOST_MORE_PX: Final = 34
"""By how much a box may grow to fill a row."""
SWEEPS: Final = 8
TRIES: Final = 6

Item = str | tuple[int, int]
"""A box by its node's name, or a place where an edge (by its index) passes a row (by its index)."""


@dataclass(frozen=True)
class Span:
    """Where an item stands in its row."""

    left: float
    width: float

    @property
    def middle(self) -> float:
        """Its centre."""
        return self.left + self.width / 2


@dataclass(frozen=True)
class Layout:
    """Rows from top to bottom; each node's row and span; each edge's chain of items, from who requires to who
    provides.
    """

    rows: tuple[tuple[str, ...], ...]
    heights: tuple[int, ...]
    row_of: Mapping[str, int]
    spans: Mapping[Item, Span]
    chains: tuple[tuple[Item, ...], ...]


def heights(nodes: Iterable[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How far each node stands above those that require nothing; an edge that closes a cycle counts for nothing."""
    below = defaultdict(list)
    for source, target in edges:
        below[source].append(target)
    found: dict[str, int] = {}
    open_now: set[str] = set()

    def height(node: str) -> int:
        if node not in found:
            open_now.add(node)
            found[node] = 1 + max((height(each) for each in below[node] if each not in open_now), default=-1)
            open_now.discard(node)
        return found[node]

    for node in nodes:
        height(node)
    return found


def layout(widths: Mapping[str, float], edges: Sequence[tuple[str, str]], top: str, width: float) -> Layout:
    """Places boxes of at least these widths; `top` has the first row to itself, over the whole `width`."""
    tall = heights(widths, edges)
    tall[top] = 1 + max((value for node, value in tall.items() if node != top), default=-1)
    kept_px = dict.fromkeys(tall.values(), 0.0)
    for _ in range(TRIES):
        rows, row_heights = _rows(widths, tall, top, width, kept_px)
        row_of = {node: index for index, row in enumerate(rows) for node in row}
        chains = tuple(_chain(index, edge, row_of) for index, edge in enumerate(edges))
        items = _ordered([list[Item](row) for row in rows], chains)
        over = {height: _needed(row, widths) - width for row, height in zip(items[1:], row_heights[1:], strict=True)}
        if all(px <= 0 for px in over.values()):
            break
        # Lines that pass need room too, which is known only when the rows are: those heights keep more free and try again.
        for height, px in over.items():
            kept_px[height] += max(0.0, px)
    spans = _placed(items, chains, widths, top, width)
    return Layout(tuple(map(tuple, rows)), tuple(row_heights), row_of, spans, chains)


def _rows(
    widths: Mapping[str, float], tall: Mapping[str, int], top: str, width: float, kept_px: Mapping[int, float]
) -> tuple[list[list[str]], list[int]]:
    """The nodes of each height, in one row or as many as they need."""
    rows, row_heights = [[top]], [tall[top]]
    for height in range(tall[top] - 1, -1, -1):
        row: list[str] = []
        used = 0.0
        for node in (node for node in widths if node != top and tall[node] == height):
            if row and used + widths[node] > width - kept_px[height]:
                rows.append(row)
                row_heights.append(height)
                row, used = [], 0.0
            row.append(node)
            used += widths[node] + GAP_PX
        if row:
            rows.append(row)
            row_heights.append(height)
    return rows, row_heights


def _needed(row: Sequence[Item], widths: Mapping[str, float]) -> float:
    """The least width in which a row fits."""
    boxes = sum(widths[item] for item in row if isinstance(item, str))
    return boxes + sum(_gap(a, b) for a, b in itertools.pairwise(row))


def _gap(left: Item, right: Item) -> float:
    return GAP_PX if isinstance(left, str) and isinstance(right, str) else LANE_PX


def _chain(index: int, edge: tuple[str, str], row_of: Mapping[str, int]) -> tuple[Item, ...]:
    source, target = edge
    first, last = row_of[source], row_of[target]
    step = 1 if last >= first else -1
    return (source, *((index, row) for row in range(first + step, last, step)), target)


def _ordered(items: list[list[Item]], chains: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """The rows with the passing places in, each sorted by where its neighbours stand."""
    for chain in chains:
        for item in chain[1:-1]:
            assert isinstance(item, tuple)
            items[item[1]].append(item)
    near = _neighbours(chains)
    for sweep in range(SWEEPS):
        order = range(1, len(items)) if sweep % 2 else range(len(items) - 1, 0, -1)
        place = {item: (i + 0.5) / len(row) for row in items for i, item in enumerate(row)}
        for index in order:
            row = items[index]
            # The first row is one box over the whole width: it draws nobody to a side.
            beside = index + (-1 if sweep % 2 else 1)
            around = set(items[beside]) if 0 < beside < len(items) else set()
            keys = {}
            for item in row:
                found = [place[each] for each in near[item] if each in around]
                keys[item] = sum(found) / len(found) if found else place[item]
            row.sort(key=keys.__getitem__)
            place |= {item: (i + 0.5) / len(row) for i, item in enumerate(row)}
    return items


def _placed(
    items: list[list[Item]], chains: Sequence[Sequence[Item]], widths: Mapping[str, float], top: str, width: float
) -> dict[Item, Span]:
    """Spans: the fullest row fills the width, the others stand as straight above and below it as they can."""
    fullest = max(items[1:], key=lambda row: _needed(row, widths), default=[])
    boxes = sum(isinstance(item, str) for item in fullest)
    more = min(MOST_MORE_PX, max(0.0, width - _needed(fullest, widths)) / max(boxes, 1))
    size: dict[Item, float] = {
        item: widths[item] + more * (row is fullest) if isinstance(item, str) else 0.0 for row in items for item in row
    }
    near = _neighbours(chains)
    middle: dict[Item, float] = {}
    for row in items[1:]:
        spare = width - sum(size[item] for item in row)
        gap = spare / max(len(row) - 1, 1)
        x = 0.0
        for item in row:
            middle[item] = x + size[item] / 2
            x += size[item] + gap
    for sweep in range(SWEEPS):
        for row in items[1:] if sweep % 2 else reversed(items[1:]):
            if row is fullest:
                continue
            wanted = []
            for item in row:
                found = [middle[each] for each in near[item] if each in middle]
                wanted.append(sum(found) / len(found) if found else middle[item])
            middle |= zip(row, _apart(row, wanted, size, width), strict=True)
    spans = {item: Span(x - size[item] / 2, size[item]) for item, x in middle.items()}
    spans[top] = Span(0, width)
    return spans


def _apart(row: Sequence[Item], wanted: Sequence[float], size: Mapping[Item, float], width: float) -> list[float]:
    """The wanted middles, moved as far as boxes and lines need room, within the width."""
    first = [size[item] / 2 for item in row]
    room = [first[i] + _gap(row[i], row[i + 1]) + first[i + 1] for i in range(len(row) - 1)]

    def rightwards(places: list[float]) -> list[float]:
        for i in range(len(row)):
            places[i] = max(places[i], places[i - 1] + room[i - 1] if i else first[0])
        return places

    def leftwards(places: list[float]) -> list[float]:
        for i in range(len(row) - 1, -1, -1):
            places[i] = min(places[i], places[i + 1] - room[i] if i < len(row) - 1 else width - first[-1])
        return places

    # The mean of both ways keeps the distances and favours no side; the edges of the picture come last.
    both = zip(leftwards(list(wanted)), rightwards(list(wanted)), strict=True)
    return leftwards(rightwards([(a + b) / 2 for a, b in both]))


def _neighbours(chains: Sequence[Sequence[Item]]) -> dict[Item, list[Item]]:
    near: dict[Item, list[Item]] = defaultdict(list)
    for chain in chains:
        for above, below in itertools.pairwise(chain):
            near[above].append(below)
            near[below].append(above)
    return near
