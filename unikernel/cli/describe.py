"""Shows what a project or an image is made of: devices in boot order, who requires whom and why, components.

With --graph it is the graph alone, on standard output: text, a picture as svg, or dot for Graphviz.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.cli.command import add_stack_options, add_subject
from unikernel.cli.subject import is_project, stack_of
from unikernel.errors import Refusal

GRAPHS = ("text", "svg", "dot")


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)
    add_stack_options(parser)
    parser.add_argument("--python", action="store_true", help="print the Python that makes the same stack")
    parser.add_argument("--graph", choices=GRAPHS, help="print who requires whom, in this form")


def run(options: Namespace) -> int:
    """Prints the plan of a project, or the manifest of an image."""
    if not is_project(options.subject):
        if options.graph:
            raise Refusal(f"{options.subject}: an image no longer knows why; --graph wants the project's folder.")
        from unikernel.build import Image  # noqa: PLC0415 - a project needs no reader of ELF files

        output.result(str(Image.read(options.subject).manifest))
        return 0
    from unikernel.plan import resolve  # noqa: PLC0415
    from unikernel.project import Project  # noqa: PLC0415

    stack = stack_of(Project.load(options.subject), options.target, options.memory)
    if options.python:
        output.result(stack.python())
        return 0
    plan = resolve(stack)
    if options.graph is None:
        output.result(str(plan))
        return 0
    from unikernel.plots import dot, graph, svg, tree  # noqa: PLC0415

    form = {"text": tree.tree, "svg": svg.svg, "dot": dot.dot}[options.graph]
    output.result(form(graph.of_plan(plan)))
    return 0
