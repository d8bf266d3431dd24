"""Makes the image of an app, a stack or a project: NAME.elf in the folder build, or the project's own."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace

from unikernel.cli.command import add_stack_options
from unikernel.cli.subject import memory_of
from unikernel.notebook.making import image_of
from unikernel.notebook.session import Session
from unikernel.targets import target_named


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "subject",
        metavar="NAME",
        nargs="?",
        help="an app, a stack in a variable, or a project's folder; left out, the newest",
    )
    add_stack_options(parser)


def run(session: Session, options: Namespace) -> None:
    """Builds, and shows the result; the options stay with the stack."""
    stack = session.stack(options.subject, "build")
    if options.target is not None:
        stack = dataclasses.replace(stack, target=target_named(options.target, "--target").name)
    size = memory_of(options.memory)
    if size is not None:
        stack = dataclasses.replace(stack, memory_bytes=size)
    image_of(session, session.keep_stack(stack), result=True)
