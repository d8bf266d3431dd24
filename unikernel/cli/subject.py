"""What a verb is about: a project folder, or an image; and the image of either."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unikernel.cli.output import Progress
from unikernel.errors import Refusal
from unikernel.project import FILE, Project
from unikernel.stack import Stack, check_memory
from unikernel.targets import target_named
from unikernel.units import parse_memory, parse_seconds

if TYPE_CHECKING:
    from argparse import Namespace

    from unikernel.build import Image


MOST_SECRET_BYTES = 4096
"""What is read of a file that should hold a secret; more is none."""


def memory_of(text: str | None) -> int | None:
    """Bytes of what ``--memory`` says; raises `Refusal` for what no machine can have."""
    return None if text is None else check_memory(parse_memory(text, "--memory"), "--memory")


def parameters_of(words: list[str], secrets: list[str]) -> dict[str, object]:
    """What each ``--set NAME=VALUE`` and ``--secret NAME=FILE`` says, by name; a secret is the file's bytes.

    Raises `Refusal` for a word that is no setting, a name twice, or a file that cannot be read.
    """
    found: dict[str, object] = {}
    for word in secrets:
        name, equals, file = word.partition("=")
        if not equals or not name or not file:
            raise Refusal(f'--secret: "{word}" names no file; write NAME=FILE, as vault.key=key.hex.')
        if name in found:
            raise Refusal(f"--secret: {name} is given twice; leave one of them out.")
        try:
            with Path(file).open("rb") as content:
                found[name] = content.read(MOST_SECRET_BYTES)
        except OSError as error:
            raise Refusal(
                f"--secret: {file} cannot be read ({(error.strerror or '').lower()}); name the file that holds {name}."
            ) from error
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Refusal(f'--set: "{word}" sets nothing; write NAME=VALUE, as data.size=8MiB or greeting=hi.')
        if name in found:
            raise Refusal(f"--set: {name} is set twice; leave one of them out.")
        found[name] = value
    return found


def boot_options(options: Namespace) -> dict[str, Any]:
    """What `boot` takes, by keyword, of what `command.add_boot_options` declares; raises `Refusal` for what none can be."""
    return {
        "memory_bytes": memory_of(options.memory),
        "accel": options.accel,
        "timeout_s": None if options.timeout is None else parse_seconds(options.timeout, "--timeout"),
        "prompt": options.repl,
        "name": options.name,
        "target": options.target,
        "gdb": options.gdb,
        "parameters": parameters_of(options.set, options.secret),
        "forward": options.forward,
    }


def stack_of(project: Project, target: str | None, memory: str | None = None) -> Stack:
    """The project's stack as the options change it."""
    stack = project.stack
    if target is not None:
        stack = dataclasses.replace(stack, target=target_named(target, "--target").name)
    size = memory_of(memory)
    return stack if size is None else dataclasses.replace(stack, memory_bytes=size)


def build_project(folder: Path, target: str | None = None, memory: str | None = None) -> Image:
    """Builds a project into its own folder, and shows the progress."""
    from unikernel.build import build  # noqa: PLC0415 - what only shows or refuses needs no compiler

    project = Project.load(folder)
    stack = stack_of(project, target, memory)
    with Progress() as progress:
        return build(stack, into=project.build_folder, progress=progress)


def image_of(subject: Path, target: str | None = None) -> Image:
    """The image of a project, built if need be, or the image itself; raises `Refusal` for anything else.

    Memory is no option here: a machine may have more or less than its image's default without another build.
    """
    if is_project(subject):
        return build_project(subject, target)
    from unikernel.build import Image  # noqa: PLC0415

    return Image.read(subject)


def is_project(subject: Path) -> bool:
    """True for a folder, False for a file; raises `Refusal` when there is neither."""
    if subject.is_dir():
        return True
    if not subject.exists():
        if subject.suffix:
            raise Refusal(f"{subject}: there is no such image; build one with unikernel build DIR.")
        raise Refusal(f"{subject}: there is no such folder or image; make a project with unikernel new {subject}.")
    if subject.name == FILE:
        raise Refusal(f"{subject}: name the project's folder, {subject.parent}.")
    return False
