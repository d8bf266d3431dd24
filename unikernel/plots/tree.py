"""The device graph as text: who requires stands above who provides, indented."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from unikernel.plots.graph import Graph, How, Node

_HOW: Final[dict[How, str]] = {"given": "", "filled": "filled by the plan", "undecided": "undecided"}


def tree(graph: Graph) -> str:
    """One line a requirement: the interface, the provider, its class; below it what that one requires.

    At the top is the app, then every device that nobody requires. What was shown above is not unfolded again.
    """
    nodes = {node.name: node for node in graph.nodes}
    below = defaultdict(list)
    for link in graph.links:
        below[link.source].append(link)
    required = {link.target for link in graph.links}
    shown: set[str] = set()

    def lines(name: str, indent: str) -> Iterator[str]:
        shown.add(name)
        links = below[name]
        for number, link in enumerate(links, 1):
            last = number == len(links)
            again = link.target in shown and bool(below[link.target])
            notes = [note for note in (_HOW[link.how], "as above" if again else "") if note]
            yield f"{indent}{'└─' if last else '├─'} {link.interface}: {_label(nodes[link.target], notes)}"
            if not again:
                yield from lines(link.target, indent + ("   " if last else "│  "))

    found = []
    for node in graph.nodes:
        if node is graph.nodes[0] or node.name not in required:
            found += [_label(node, []), *lines(node.name, "")]
    return "\n".join(found)


def _label(node: Node, notes: list[str]) -> str:
    opened = [f"open: {', '.join(node.open)}"] if node.open else []
    return f"{', '.join([f'{node.name} ({node.title})', *opened, *notes])}"
