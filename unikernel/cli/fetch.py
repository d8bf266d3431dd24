"""Fills a folder with every source archive that a build needs.

On a computer without network, set UNIKERNEL_SOURCES to that folder.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from unikernel.cli import output
from unikernel.units import file_size


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to fill; it is made if need be")


def run(options: Namespace) -> int:
    """Fetches, and lists what is there."""
    from unikernel.build import fetch  # noqa: PLC0415

    with output.Progress() as progress:
        files = fetch(options.folder, progress)
    for file in files:
        output.result(f"{file}  {file_size(file.stat().st_size)}")
    output.message(f"To build from them: export UNIKERNEL_SOURCES={options.folder.resolve()}")
    return 0
