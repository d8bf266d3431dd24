"""Makes the image of an app, a stack or a project: NAME.elf in the folder build, or the project's own."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace

from unikernel.cli.command import add_stack_options
from unikernel.cli.subject import memory_of
from unikernel.notebook.making import image_of
from unikernel.notebook.session import Session
from unikernel.notebook.subject import add_stack_subject
from unikernel.targets import target_named


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_stack_subject(parser)
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
