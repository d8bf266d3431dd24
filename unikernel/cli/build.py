"""Builds a project into one bootable image, DIR/build/NAME.elf; beside it lie a debug ELF and a link map.

With --json the last line of standard output is one object:
  image (path), debug, map, bytes, sha256, seconds, name, target, memory_bytes, least_memory_bytes
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from unikernel.cli import output
from unikernel.cli.command import add_stack_options
from unikernel.cli.subject import build_project


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="a project folder")
    add_stack_options(parser)
    parser.add_argument("--json", action="store_true", help="tell the result as one JSON object")


def run(options: Namespace) -> int:
    """Builds, and tells what was made."""
    image = build_project(options.folder, options.target, options.memory)
    for stayed in image.stayed:
        output.message(stayed)
    if options.json:
        output.result_json(
            {
                "image": str(image.path.resolve()),
                "debug": None if image.debug_path is None else str(image.debug_path.resolve()),
                "map": None if image.map_path is None else str(image.map_path.resolve()),
                "bytes": image.bytes,
                "sha256": image.sha256,
                "seconds": image.seconds,
                "name": image.manifest.name,
                "target": image.manifest.target,
                "memory_bytes": image.manifest.memory_bytes,
                "least_memory_bytes": image.place.least_memory_bytes,
            }
        )
    else:
        output.result(str(image))
    return 0
