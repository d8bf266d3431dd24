"""The device graph as a value: who requires stands above who provides. `svg`, `dot` and `tree` draw it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from unikernel.devices.app_requirements import APP, APP_REQUIREMENTS
from unikernel.plan import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unikernel.devices import Device, Parameter, Requirement
    from unikernel.plan import Plan
    from unikernel.stack import Stack

How = Literal["given", "filled", "undecided"]

HOW_WORDS: Final[dict[How, str]] = {"given": "given", "filled": "filled by the plan", "undecided": "undecided"}


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


def spoken(graph: Graph) -> str:
    """The picture in words, for who does not see it."""
    parts = [f"Device graph of {graph.name}: {len(graph.nodes) - 1} devices below the app."]
    below = defaultdict(list)
    for link in graph.links:
        below[link.source].append(f"{link.interface} from {link.target} ({HOW_WORDS[link.how]})")
    parts += [f"{node.name} leaves {', '.join(node.open)} open for the boot." for node in graph.nodes if node.open]
    parts += [f"{node.name} requires {', '.join(below[node.name])}." for node in graph.nodes if below[node.name]]
    parts += [f"Problem at {node.name}: {node.problem}" for node in graph.nodes if node.problem]
    return " ".join(parts)
