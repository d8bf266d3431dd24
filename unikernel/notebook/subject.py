"""What a verb works on, by one word: an app, a stack, a project's folder, an image; left out, the newest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unikernel.errors import Refusal
from unikernel.notebook.making import image_of

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from unikernel.build.image import Image
    from unikernel.notebook.session import Session


def add_stack_subject(parser: ArgumentParser) -> None:
    """For a verb that takes what can be built."""
    _add(parser, "an app, a stack in a variable, or a project's folder")


def add_subject(parser: ArgumentParser) -> None:
    """For a verb that takes an image, too."""
    _add(parser, "an app, a stack, a project's folder or an image")


def _add(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("subject", metavar="NAME", nargs="?", help=f"{what}; left out, the newest")


def subject_image(session: Session, word: str | None, verb: str) -> Image:
    """The image that a verb means: an ELF, an image in a variable, or what is built of a stack; left out, of the
    newest.
    """
    from unikernel.build import Image  # noqa: PLC0415

    if word is None and session.newest in session.images and session.newest not in session.stacks:
        return session.keep_image(session.images[session.newest])
    value = session.names.get(word or "")
    if isinstance(value, Image) and word != "image":
        return session.keep_image(value)
    if word == "image" and isinstance(value, Image):
        return value
    if word is not None and word not in session.stacks and (word.endswith(".elf") or Path(word).is_file()):
        return session.keep_image(Image.read(word))
    try:
        stack = session.stack(word, verb)
    except Refusal:
        if word in session.images:
            return session.keep_image(session.images[word])
        raise
    return image_of(session, stack, result=False)
