"""Shows what boots: the device graph, the devices in boot order, who requires whom and why, the components, the
machine.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.page import bundle, publish, show
from unikernel.notebook.session import Session
from unikernel.notebook.subject import add_subject


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)
    parser.add_argument("--python", action="store_true", help="show the Python that makes the same stack")


def run(session: Session, options: Namespace) -> None:
    """Shows the plan of a stack, or the manifest of an image."""
    word = options.subject
    if word is not None and word not in session.stacks and word.endswith(".elf"):
        from unikernel.build import Image  # noqa: PLC0415

        show(Image.read(word).manifest)
        return
    from unikernel.notebook.plan_page import plan_page  # noqa: PLC0415
    from unikernel.plan import resolve  # noqa: PLC0415

    stack = session.stack(word, "describe")
    if options.python:
        from html import escape  # noqa: PLC0415

        publish(bundle(stack.python(), f'<div class="uk-card"><pre>{escape(stack.python())}</pre></div>'))
        return
    plan = resolve(stack)
    publish(bundle(str(plan), plan_page(plan)))
