"""Tells who owns each byte of an image: component, file, symbol; the sums are exact."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.page import show
from unikernel.notebook.session import Session
from unikernel.notebook.subject import add_subject, subject_image


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)


def run(session: Session, options: Namespace) -> None:
    """Builds if need be, and shows the owners."""
    show(subject_image(session, options.subject, "footprint").footprint)
