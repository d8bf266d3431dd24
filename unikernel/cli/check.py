"""Checks an app before its machine boots: imports, types, and where MicroPython is not CPython.

Each finding is a line FILE:LINE:COLUMN, errors are what does not work. The exit status is 1 where there is one.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from unikernel.cli import output
from unikernel.cli.output import Progress

FAULTY = 1


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("project", metavar="DIR", type=Path, help="a project folder")


def run(options: Namespace) -> int:
    """Prints the findings, then how many."""
    from unikernel.check import check  # noqa: PLC0415
    from unikernel.project import Project  # noqa: PLC0415

    project = Project.load(options.project)
    with Progress() as progress:
        report = check(project.stack, progress)
    output.result(str(report))
    return FAULTY if report.errors else 0
