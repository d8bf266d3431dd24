"""Tells who owns each byte of an image: component, file, symbol; the sums are exact.

The owners stand in the debug ELF and the map beside an image, so an image alone has no footprint.
With --json the last line of standard output is one object: total_bytes, components [{name, kind, bytes, files}].
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.cli import output
from unikernel.cli.command import add_subject
from unikernel.cli.subject import image_of


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)
    parser.add_argument("--json", action="store_true", help="tell the result as one JSON object")


def run(options: Namespace) -> int:
    """Builds if need be, and prints the owners."""
    footprint = image_of(options.subject).footprint
    if options.json:
        output.result_json(footprint.data())
    else:
        output.result(str(footprint))
    return 0
