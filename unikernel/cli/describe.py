"""Shows what a project or an image is made of: devices in boot order, who requires whom and why, components."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.cli.command import add_stack_options, add_subject
from unikernel.cli.subject import is_project, stack_of


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)
    add_stack_options(parser)
    parser.add_argument("--python", action="store_true", help="print the Python that makes the same stack")


def run(options: Namespace) -> int:
    """Prints the plan of a project, or the manifest of an image."""
    if not is_project(options.subject):
        from unikernel.build import Image  # noqa: PLC0415 - a project needs no reader of ELF files

        output.result(str(Image.read(options.subject).manifest))
        return 0
    from unikernel.plan import resolve  # noqa: PLC0415
    from unikernel.project import Project  # noqa: PLC0415

    stack = stack_of(Project.load(options.subject), options.target, options.memory)
    output.result(stack.python() if options.python else str(resolve(stack)))
    return 0
