"""Upstream's tests, where the runtime's source archive has them; none is copied into this project."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from unikernel.build import runtime, sources

FOLDERS = (
    "basics",
    "extmod",
    "float",
    "import",
    "io",
    "micropython",
    "misc",
    "multi_net",
    "net_hosted",
    "stress",
    "unicode",
)

WRITING = "io"
"""The folder whose tests write files in it."""

_TIMED = re.compile(rb"\b(?:sleep|ticks_)")


@cache
def root() -> Path:
    """The folder of upstream's tests."""
    return sources.tree(runtime.SOURCE).path / "tests"


def tests(folder: str) -> tuple[str, ...]:
    """The tests of a folder, as ``basics/array1.py``."""
    return tuple(sorted(f"{folder}/{path.name}" for path in (root() / folder).glob("*.py")))


def files(folder: str) -> dict[str, bytes]:
    """What the tests of a folder may run, import and open; not what they are expected to print."""
    place = root() / folder
    found = (path for path in place.rglob("*") if path.is_file() and path.suffix != ".exp")
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in found}


def timed(test: str) -> bool:
    """Whether what `test` prints depends on how soon its machine is given a processor."""
    return _TIMED.search((root() / test).read_bytes()) is not None
