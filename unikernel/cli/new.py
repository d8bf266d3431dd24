"""Makes a project: a folder with unikernel.toml, which is the stack, and main.py, which is the app."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from unikernel.cli import output
from unikernel.project import Project


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to make; it must not exist")


def run(options: Namespace) -> int:
    """Makes the folder."""
    Project.create(options.folder)
    output.result(f"{options.folder}: made, with unikernel.toml and main.py; unikernel boot {options.folder} runs it.")
    return 0
