"""Opens the composer: pick devices, set them, choose target and memory; the graph and the problems are shown at
once.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.app import App
from unikernel.errors import Refusal
from unikernel.notebook.session import Session
from unikernel.project import HELLO
from unikernel.stack import Stack


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "subject", metavar="NAME", nargs="?", help="an app or a stack, also a new one; left out, the newest"
    )


def run(session: Session, options: Namespace) -> None:
    """Shows the composer; its stack is the session's at each change, and ``composer`` in the notebook."""
    from IPython.display import display  # noqa: PLC0415

    from unikernel.notebook.widgets.composer import StackComposer  # noqa: PLC0415 - ipywidgets

    composer = StackComposer(_stack(session, options.subject))
    composer.on_change(session.keep_stack)
    session.names["composer"] = composer
    display(composer)


def _stack(session: Session, word: str | None) -> Stack:
    try:
        return session.stack(word, "compose")
    except Refusal:
        if word is None or word not in session.names:
            # A name that nobody has yet: the stack of a new project.
            return session.keep_stack(Stack.default(word or "hello", App.from_text(HELLO)))
        raise
