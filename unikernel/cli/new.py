"""Makes a project: a folder with unikernel.toml, which is the stack, and main.py, which is the app.

With --template it begins as one of the gallery, which --list lists: small projects, each of which shows one thing.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from unikernel.cli import output
from unikernel.errors import Refusal
from unikernel.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unikernel.template import Template


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", help="the folder to make; it must not exist")
    parser.add_argument("--template", metavar="NAME", help="begin as this project of the gallery")
    parser.add_argument("--list", action="store_true", help="list the gallery: each name, and what it shows")


def run(options: Namespace) -> int:
    """Makes the folder, or lists what it could begin as."""
    if options.list:
        from unikernel.template import templates  # noqa: PLC0415 - an empty project needs none

        output.result(_listed(templates()))
        return 0
    if options.folder is None:
        raise Refusal("unikernel new: DIR is missing; unikernel new --help lists what it takes.")
    if options.template is None:
        Project.create(options.folder)
    else:
        from unikernel.template import template_named  # noqa: PLC0415

        template_named(options.template, "--template").make(options.folder)
    output.result(f"{options.folder}: made, with unikernel.toml and main.py; unikernel boot {options.folder} runs it.")
    return 0


def _listed(every: Iterable[Template]) -> str:
    """One line each, without a head: the first word is the name."""
    rows = [(each.name, each.summary) for each in every]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {summary}" for name, summary in rows)
