"""The device graph as an SVG: who requires stands above who provides. No matplotlib, no layout engine.

A text of its own: it brings its colours (light and dark, by the page's theme or the system's choice) and needs nothing
around it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final, Literal

from unikernel.plan import APP, APP_REQUIREMENTS, DEFAULTS
from unikernel.plots import style
from unikernel.plots.layers import Layout, layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unikernel.devices import Device, Parameter, Requirement
    from unikernel.plan import Plan
    from unikernel.stack import Stack

How = Literal["given", "filled", "undecided"]

WIDTH_PX: Final = 640
LEAST_WIDTH_PX: Final = 260
BOX_PX: Final = 38
ROW_PX: Final = 94
MARGIN_PX: Final = 56
"""Left of the boxes, for the rows' names."""
TOP_PX: Final = 12
STRIPE_PX: Final = 4
HEAD_PX: Final = 12
"""The straight end of a line, which carries the arrow's head."""
KEY_PX: Final = 26

MONO_EM: Final = 0.605
SANS_EM: Final = 0.56
"""The mean width of a letter against its size, of the widest common fonts."""

_DASH: Final = {"given": "", "filled": ' stroke-dasharray="4 3"', "undecided": ' class="no"'}
_KEY: Final = {"given": "given", "filled": "filled by the plan", "undecided": "undecided"}


@dataclass(frozen=True)
class Node:
    """A box: a device, or the app; `open` are its parameters that the boot may give. `problem` is one sentence, or empty."""

    name: str
    title: str
    kind: str
    open: tuple[str, ...] = ()
    added: bool = False
    problem: str = ""
    selected: bool = False

    @property
    def opened(self) -> str:
        """What is open, in two words: ``open: size``, or how many where it is not one; empty, where none is."""
        if not self.open:
            return ""
        return f"open: {self.open[0]}" if len(self.open) == 1 else f"{len(self.open)} open"


@dataclass(frozen=True)
class Link:
    """A requirement: a line from `source` down to `target`, the interface's name at its head."""

    source: str
    target: str
    interface: str
    how: How


@dataclass(frozen=True)
class Graph:
    """What is drawn; the first node is the app."""

    name: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...] = field(default=())

    def marked(self, problems: dict[str, str], selected: str = "") -> Graph:
        """The graph with these problems, by the node's name, and one node selected."""
        nodes = (
            replace(node, problem=problems.get(node.name, ""), selected=node.name == selected) for node in self.nodes
        )
        return replace(self, nodes=tuple(nodes))


def of_plan(plan: Plan) -> Graph:
    """The graph of a resolved stack."""
    nodes = [_app(plan.parameters), *(_node(each.device, added=each.added) for each in plan.devices)]
    owners = [(APP, plan.app_edges), *((each.name, each.edges) for each in plan.devices)]
    links = [Link(owner, edge.provider, edge.interface, edge.how) for owner, edges in owners for edge in edges]
    return Graph(plan.name, tuple(nodes), tuple(links))


def of_stack(stack: Stack) -> Graph:
    """The graph of a stack that no plan exists for: what is undecided points at each that could serve."""
    nodes = {APP: _app(stack.app_parameters), **{each.name: _node(each) for each in stack.devices}}
    named = {each.name: each for each in stack.devices}
    links: list[Link] = []
    for need in APP_REQUIREMENTS:
        links += _links(APP, need, named.get(stack.uses.get(need.field, "")), nodes, stack)
    for device in stack.devices:
        for need in device.requirements():
            links += _links(device.name, need, getattr(device, need.field), nodes, stack)
    return Graph(stack.name, tuple(nodes.values()), tuple(links))


def _app(parameters: Sequence[Parameter]) -> Node:
    return Node(APP, "main.py", "app", tuple(each.name for each in parameters if each.open))


def _node(device: Device, *, added: bool = False) -> Node:
    opened = tuple(each.name for each in device.parameters() if each.name in device.left_open and not each.secret_bytes)
    return Node(device.name, type(device).__name__, device.kind, opened, added)


def _links(owner: str, need: Requirement, given: Device | None, nodes: dict[str, Node], stack: Stack) -> list[Link]:
    interface = need.interface.__name__
    if given is not None:
        return [Link(owner, given.name, interface, "given")]
    able = [each.name for each in stack.devices if isinstance(each, need.interface)]
    if len(able) > 1:
        return [Link(owner, name, interface, "undecided") for name in able]
    if able:
        return [Link(owner, able[0], interface, "filled")]
    if need.optional or need.interface not in DEFAULTS:
        return []
    default = DEFAULTS[need.interface]
    name = default.__name__.lower()
    node = nodes.setdefault(name, Node(name, default.__name__, default.kind, added=True))
    return [Link(owner, name, interface, "filled")] if node.title == default.__name__ else []


def svg(graph: Graph, width: float = WIDTH_PX, *, styled: bool = True) -> str:
    """The picture, `width` pixels wide; its height follows. One on a page that has another already needs no style of
    its own.
    """
    width = max(width, LEAST_WIDTH_PX)
    widths = {node.name: _box_width(node) for node in graph.nodes}
    links = [link for link in graph.links if link.source != link.target]
    ends = [(link.source, link.target) for link in links]
    laid = layout(widths, ends, graph.nodes[0].name, width - MARGIN_PX - 2)
    lines, heads = _lines(laid, links)
    boxes = [_box(node, laid) for node in graph.nodes]
    bottom = TOP_PX + ROW_PX * (len(laid.rows) - 1) + BOX_PX
    height = bottom + KEY_PX
    body = [*_names(laid), *lines, *boxes, *heads, _key({link.how for link in links}, bottom + 20)]
    return (
        f'<svg class="ukg" xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(spoken(graph))}">'
        f"{f'<style>{_css()}</style>' if styled else ''}{''.join(body)}</svg>"
    )


def spoken(graph: Graph) -> str:
    """The picture in words, for who does not see it."""
    parts = [f"Device graph of {graph.name}: {len(graph.nodes) - 1} devices below the app."]
    below = defaultdict(list)
    for link in graph.links:
        below[link.source].append(f"{link.interface} from {link.target} ({_KEY[link.how]})")
    parts += [f"{node.name} leaves {', '.join(node.open)} open for the boot." for node in graph.nodes if node.open]
    parts += [f"{node.name} requires {', '.join(below[node.name])}." for node in graph.nodes if below[node.name]]
    parts += [f"Problem at {node.name}: {node.problem}" for node in graph.nodes if node.problem]
    return " ".join(parts)


def _box_width(node: Node) -> float:
    mono = len(node.name) * style.LABEL_PX * MONO_EM * 1.04  # bold
    title = len(_below(node)) * style.LABEL_PX * SANS_EM
    return max(64.0, 22 + max(mono, title))


def _below(node: Node) -> str:
    """The words below a box's name."""
    title = "the app" if node.kind == "app" else node.title
    return " · ".join(filter(None, (title, node.opened)))


def _top(row: int) -> float:
    return TOP_PX + ROW_PX * row


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
        named.append(f'<text x="0" y="{_top(row) + 23:g}" class="q">{text}</text>')
    return named


def _lines(laid: Layout, links: Sequence[Link]) -> tuple[list[str], list[str]]:
    """The lines, and what lies over the boxes: the interfaces' names at the heads."""
    starts, ends = _ports(laid)
    lines, labels = [], []
    last: dict[tuple[str, str], tuple[float, Link]] = {}
    for index, link in enumerate(links):
        chain = laid.chains[index]
        x, y = starts[index], _top(laid.row_of[link.source]) + BOX_PX
        path = [f"M{x:.1f} {y:.1f}"]
        for item in chain[1:-1]:
            assert isinstance(item, tuple)
            lane, top = MARGIN_PX + laid.spans[item].middle, _top(item[1])
            path += [_curve(x, y, lane, top), f"V{top + BOX_PX:.1f}"]
            x, y = lane, top + BOX_PX
        end_x, end_y = ends[index], _top(laid.row_of[link.target])
        path += [_curve(x, y, end_x, end_y - HEAD_PX), f"V{end_y - 1:.1f}"]
        red = ' class="red"' if link.how == "undecided" else ""
        lines.append(f'<path{_DASH[link.how] or ""} d="{"".join(path)}"/>')
        lines.append(f'<path{red} d="M{end_x - 4:.1f} {end_y - 6:.1f}l4 5l4 -5"/>')
        group = (link.target, link.interface + (" ?" if link.how == "undecided" else ""))
        if group not in last or last[group][0] < end_x:
            last[group] = (end_x, link)
    for (target, text), (x, link) in last.items():
        y = _top(laid.row_of[target]) - 14
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


def _box(node: Node, laid: Layout) -> str:
    span, top = laid.spans[node.name], _top(laid.row_of[node.name])
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
                f'<path{_DASH[how]} d="M{x:g} {y - 4:g}h26"/><text x="{x + 32:g}" y="{y:g}" class="q">{_KEY[how]}</text>'
            )
            x += 50 + len(_KEY[how]) * style.LABEL_PX * SANS_EM
    return "".join(parts)


@cache
def _css() -> str:
    """The look's values under names of this picture's own; a page that has the tokens or a theme wins."""
    light, dark = style.scheme(), style.scheme(dark=True)
    names = ("paper", "edge", "ink", "ink_2", "accent", "bad")
    kinds = sorted(light.kinds)

    def values(scheme: style.Scheme) -> str:
        plain = "".join(f"--g-{name}:var(--uk-{name.replace('_', '-')},{getattr(scheme, name)});" for name in names)
        return plain + "".join(f"--g-{kind}:var(--uk-{kind}-mark,{scheme.kind(kind).mark});" for kind in kinds)

    sans = ",".join(style.families())
    mono = ",".join(f"'{name}'" if " " in name else name for name in style.families(mono=True))
    dark_pages = '[data-jp-theme-light="false"] .ukg,.vscode-dark .ukg,html[theme="dark"] .ukg,.uk-dark .ukg'
    light_pages = '[data-jp-theme-light="true"] .ukg,.vscode-light .ukg,.uk-light .ukg'
    return (
        f".ukg{{{values(light)}}}"
        f"@media (prefers-color-scheme:dark){{.ukg{{{values(dark)}}}}}"
        f"{light_pages}{{{values(light)}}}{dark_pages}{{{values(dark)}}}"
        f"@media print{{.ukg.ukg.ukg{{{values(light)}}}}}"
        f".ukg{{display:block;overflow:visible;font:{style.LABEL_PX}px var(--uk-font,{sans})}}"
        ".ukg text{fill:var(--g-ink)}"
        f".ukg .m{{font-family:var(--uk-mono,{mono})}}.ukg .s{{font-weight:600}}.ukg .q{{fill:var(--g-ink_2)}}"
        ".ukg path{fill:none;stroke:var(--g-ink_2)}"
        ".ukg .box{fill:var(--uk-raised,var(--g-paper));stroke:var(--g-edge)}.ukg .add{stroke-dasharray:4 3}"
        ".ukg .box.sel{stroke:var(--g-accent);stroke-width:2;fill:var(--uk-accent-wash,var(--g-paper))}"
        ".ukg .box.bad{stroke:var(--g-bad)}.ukg .dot{fill:var(--g-bad)}"
        ".ukg .bang{stroke:var(--g-paper);stroke-width:1.8;stroke-linecap:round}"
        ".ukg .no{stroke:var(--g-bad);stroke-width:2;stroke-dasharray:1.5 3.5;stroke-linecap:round}"
        ".ukg path.red{stroke:var(--g-bad)}.ukg text.red{fill:var(--g-bad)}"
        ".ukg .halo{paint-order:stroke;stroke:var(--g-paper);stroke-width:4px;stroke-linejoin:round}"
        + "".join(f".ukg .k-{kind}{{fill:var(--g-{kind})}}" for kind in kinds)
    )
