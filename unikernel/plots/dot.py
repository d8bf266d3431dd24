"""The device graph in DOT, for Graphviz and whatever else reads it.

Source: Graphviz, "DOT Language", https://graphviz.org/doc/info/lang.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from unikernel.plots.graph import Graph, How

_STYLE: Final[dict[How, str]] = {"given": "solid", "filled": "dashed", "undecided": "dotted"}


def dot(graph: Graph) -> str:
    """A directed graph: an arrow from who requires to who provides, solid where the stack says so, dashed where the
    plan filled it.
    """
    lines = [f"digraph {_quoted(graph.name)} {{", "    node [shape=box];"]
    boxes = {node.name: [node.name, node.title, *([node.opened] if node.open else [])] for node in graph.nodes}
    lines += [f"    {_quoted(name)} [label={_quoted(*said)}];" for name, said in boxes.items()]
    lines += [
        f"    {_quoted(link.source)} -> {_quoted(link.target)} "
        f"[label={_quoted(link.interface)}, style={_STYLE[link.how]}];"
        for link in graph.links
    ]
    return "\n".join([*lines, "}"])


def _quoted(*lines: str) -> str:
    """A string of DOT. Names of stacks, devices and classes hold nothing that would have to be escaped."""
    return '"' + "\\n".join(lines) + '"'
