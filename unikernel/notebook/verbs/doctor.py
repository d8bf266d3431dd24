"""Says what this computer has and lacks for building, booting and showing; each lack with its cure."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.page import show_card
from unikernel.notebook.session import Session


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments: none."""
    del parser


def run(session: Session, options: Namespace) -> None:
    """Shows the findings."""
    del session, options
    from unikernel.doctor import card, examine  # noqa: PLC0415 - starts processes

    show_card(card(examine()))
