"""Lists the devices that a stack can be made of; with a class, its requirements and parameters."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli.devices import catalogue, page
from unikernel.devices import CATALOGUE
from unikernel.notebook.page import show_card
from unikernel.notebook.session import Session
from unikernel.stack import class_named
from unikernel.table import Card


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("device", metavar="CLASS", nargs="?", help="one device class, as Uart16550")


def run(session: Session, options: Namespace) -> None:
    """Shows the catalogue, or one class of it."""
    del session
    if options.device is None:
        show_card(Card("devices", facts=(f"{len(CATALOGUE)} classes",), tables=(catalogue(),)))
    else:
        show_card(page(class_named(options.device, "devices")))
