"""Tells who owns each byte of an image: component, file, symbol; the sums are exact."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.page import show
from unikernel.notebook.session import Session
from unikernel.notebook.verbs.boot import subject_image


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "subject",
        metavar="NAME",
        nargs="?",
        help="an app, a stack, a project's folder or an image; left out, the newest",
    )


def run(session: Session, options: Namespace) -> None:
    """Builds if need be, and shows the owners."""
    show(subject_image(session, options.subject, "footprint").footprint)
