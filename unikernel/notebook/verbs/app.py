"""Makes the cell an app: the lines below are its main.py. It may import what the image has; the build says what is
missing.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from html import escape

from unikernel.notebook.page import show_line
from unikernel.notebook.session import Session


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("name", metavar="NAME", help="of the app, and of the image made of it")


def run(session: Session, options: Namespace) -> None:
    """Keeps the app, and says what comes next."""
    stack = session.define_app(options.name, options.cell)
    count = len(options.cell.splitlines())
    text = f"app, {count} line{'s' * (count != 1)}; %unikernel build makes its image, %unikernel boot runs it."
    html = f'<span class="uk-ok uk-st">✓</span> <b class="uk-s">{escape(stack.name)}</b> <span class="uk-q">{escape(text)}</span>'
    show_line(f"✓ {stack.name}: {text}", html)
