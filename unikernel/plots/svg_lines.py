"""The lines of the device graph's picture, from box to box."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unikernel.plots.graph import How, Link
    from unikernel.plots.layers import Layout

BOX_PX: Final = 38
ROW_PX: Final = 94
MARGIN_PX: Final = 56
"""Left of the boxes, for the rows' names."""
TOP_PX: Final = 12
HEAD_PX: Final = 12
"""The straight end of a line, which carries the arrow's head."""

DASH: Final[dict[How, str]] = {"given": "", "filled": ' stroke-dasharray="4 3"', "undecided": ' class="no"'}


def top_of(row: int) -> float:
    """Where a row of boxes begins, in pixels from above."""
    return TOP_PX + ROW_PX * row


def lines_and_heads(laid: Layout, links: Sequence[Link]) -> tuple[list[str], list[str]]:
    """The lines, and what lies over the boxes: the interfaces' names at the heads."""
    starts, ends = _ports(laid)
    lines, labels = [], []
    last: dict[tuple[str, str], tuple[float, Link]] = {}
    for index, link in enumerate(links):
        chain = laid.chains[index]
        x, y = starts[index], top_of(laid.row_of[link.source]) + BOX_PX
        path = [f"M{x:.1f} {y:.1f}"]
        for item in chain[1:-1]:
            assert isinstance(item, tuple)
            lane, top = MARGIN_PX + laid.spans[item].middle, top_of(item[1])
            path += [_curve(x, y, lane, top), f"V{top + BOX_PX:.1f}"]
            x, y = lane, top + BOX_PX
        end_x, end_y = ends[index], top_of(laid.row_of[link.target])
        path += [_curve(x, y, end_x, end_y - HEAD_PX), f"V{end_y - 1:.1f}"]
        red = ' class="red"' if link.how == "undecided" else ""
        lines.append(f'<path{DASH[link.how] or ""} d="{"".join(path)}"/>')
        lines.append(f'<path{red} d="M{end_x - 4:.1f} {end_y - 6:.1f}l4 5l4 -5"/>')
        group = (link.target, link.interface + (" ?" if link.how == "undecided" else ""))
        if group not in last or last[group][0] < end_x:
            last[group] = (end_x, link)
    for (target, text), (x, link) in last.items():
        y = top_of(laid.row_of[target]) - 14
        red = " red" if link.how == "undecided" else ""
        labels.append(f'<text x="{x + 6:.1f}" y="{y:.1f}" class="m halo{red}">{escape(text)}</text>')
    return lines, labels


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    if abs(x - to_x) < 0.5:  # noqa: PLR2004 - half a pixel is straight
        return f"V{to_y:.1f}"
    middle = (y + to_y) / 2
    return f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"


def _ports(laid: Layout) -> tuple[dict[int, float], dict[int, float]]:
    """Where each edge leaves its box and where it arrives, in the order that crosses least; the app's leave straight
    above.
    """
    leaving, arriving = defaultdict(list), defaultdict(list)
    for index, chain in enumerate(laid.chains):
        leaving[chain[0]].append((laid.spans[chain[1]].middle, index))
        arriving[chain[-1]].append((laid.spans[chain[-2]].middle if len(chain) > 2 or chain[0] else 0, index))  # noqa: PLR2004
    top = laid.rows[0][0]
    ends: dict[int, float] = {}
    for node, found in arriving.items():
        span = laid.spans[node]
        # Lines from the app fall straight, so they keep their side of those that come from boxes between.
        ordered = sorted(found, key=lambda each: (_side(laid, each[1], top), each[0]))
        step = min(14.0, span.width / (len(ordered) + 1))
        for place, (_, index) in enumerate(ordered):
            ends[index] = MARGIN_PX + span.middle + step * (place - (len(ordered) - 1) / 2)
    starts: dict[int, float] = {}
    for node, found in leaving.items():
        span = laid.spans[node]
        for place, (_, index) in enumerate(sorted(found)):
            if node == top:
                chain = laid.chains[index]
                starts[index] = ends[index] if len(chain) == 2 else MARGIN_PX + laid.spans[chain[1]].middle  # noqa: PLR2004
            else:
                starts[index] = MARGIN_PX + span.left + span.width * (place + 1) / (len(found) + 1)
    return starts, ends


def _side(laid: Layout, index: int, top: str) -> float:
    """The x from which an edge comes into its last row."""
    before = laid.chains[index][-2]
    return laid.spans[laid.chains[index][-1]].middle if before == top else laid.spans[before].middle
