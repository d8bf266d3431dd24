"""The device graph as an SVG. No matplotlib, no layout engine.

A text of its own: it brings its colours (light and dark, by the page's theme or the system's choice) and needs nothing
around it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from unikernel.plots import style
from unikernel.plots.graph import HOW_WORDS, spoken
from unikernel.plots.layers import layout
from unikernel.plots.svg_lines import BOX_PX, DASH, MARGIN_PX, ROW_PX, TOP_PX, lines_and_heads, top_of
from unikernel.plots.svg_style import css

if TYPE_CHECKING:
    from unikernel.plots.graph import Graph, How, Node
    from unikernel.plots.layers import Layout

WIDTH_PX: Final = 640
LEAST_WIDTH_PX: Final = 260
STRIPE_PX: Final = 4
KEY_PX: Final = 26

MONO_EM: Final = 0.605
SANS_EM: Final = 0.56
"""The mean width of a letter against its size, of the widest common fonts."""


def svg(graph: Graph, width: float = WIDTH_PX, *, styled: bool = True) -> str:
    """The picture, `width` pixels wide; its height follows. One on a page that has another already needs no style of
    its own.
    """
    width = max(width, LEAST_WIDTH_PX)
    widths = {node.name: _box_width(node) for node in graph.nodes}
    links = [link for link in graph.links if link.source != link.target]
    ends = [(link.source, link.target) for link in links]
    laid = layout(widths, ends, graph.nodes[0].name, width - MARGIN_PX - 2)
    lines, heads = lines_and_heads(laid, links)
    boxes = [_box(node, laid) for node in graph.nodes]
    bottom = TOP_PX + ROW_PX * (len(laid.rows) - 1) + BOX_PX
    height = bottom + KEY_PX
    body = [*_names(laid), *lines, *boxes, *heads, _key({link.how for link in links}, bottom + 20)]
    return (
        f'<svg class="ukg" xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(spoken(graph))}">'
        f"{f'<style>{css()}</style>' if styled else ''}{''.join(body)}</svg>"
    )


def _box_width(node: Node) -> float:
    mono = len(node.name) * style.LABEL_PX * MONO_EM * 1.04  # bold
    title = len(_below(node)) * style.LABEL_PX * SANS_EM
    return max(64.0, 22 + max(mono, title))


def _below(node: Node) -> str:
    """The words below a box's name."""
    title = "the app" if node.kind == "app" else node.title
    return " · ".join(filter(None, (title, node.opened)))


def _names(laid: Layout) -> list[str]:
    """What each row is, at its left; a row that goes on is named once."""
    highest = laid.heights[0]
    named, last = [], None
    for row, height in enumerate(laid.heights):
        if height == last:
            continue
        last = height
        if row == 0:
            text = "app"
        elif height == 0:
            text = "driver"
        else:
            text = "service" if height == highest - 1 else "protocol"
        named.append(f'<text x="0" y="{top_of(row) + 23:g}" class="q">{text}</text>')
    return named


def _box(node: Node, laid: Layout) -> str:
    span, top = laid.spans[node.name], top_of(laid.row_of[node.name])
    x, wide = MARGIN_PX + span.left, span.width
    state = " ".join(name for name, on in (("add", node.added), ("sel", node.selected), ("bad", node.problem)) if on)
    name, title = (node.title, "the app") if node.kind == "app" else (node.name, node.title)
    notes = [*(["added by the plan"] if node.added else []), *([f"open: {', '.join(node.open)}"] if node.open else [])]
    words = f"{', '.join([name, title, *notes])}{f': {node.problem}' if node.problem else ''}"
    mark = ""
    if node.problem:
        mark = (
            f'<circle class="dot" cx="{x + wide:.1f}" cy="{top:.1f}" r="8"/>'
            f'<path class="bang" d="M{x + wide:.1f} {top - 4:.1f}v4.6M{x + wide:.1f} {top + 3.4:.1f}v.2"/>'
        )
    return (
        f"<g><title>{escape(words)}</title>"
        f'<rect class="box {state}" x="{x + 0.5:.1f}" y="{top + 0.5:.1f}" width="{wide - 1:.1f}" height="{BOX_PX - 1}"/>'
        f'<rect class="k-{node.kind}" x="{x:.1f}" y="{top:.1f}" width="{STRIPE_PX}" height="{BOX_PX}"/>'
        f'<text class="m s" x="{x + 11:.1f}" y="{top + 15.5:.1f}">{escape(name)}</text>'
        f'<text class="q" x="{x + 11:.1f}" y="{top + 29:.1f}">{escape(_below(node))}</text>{mark}</g>'
    )


def _key(hows: set[How], y: float) -> str:
    """What the kinds of line mean, for those that are there."""
    parts, x = [], float(MARGIN_PX)
    order: tuple[How, ...] = ("given", "filled", "undecided")
    for how in order:
        if how in hows:
            parts.append(
                f'<path{DASH[how]} d="M{x:g} {y - 4:g}h26"/><text x="{x + 32:g}" y="{y:g}" class="q">{HOW_WORDS[how]}</text>'
            )
            x += 50 + len(HOW_WORDS[how]) * style.LABEL_PX * SANS_EM
    return "".join(parts)
