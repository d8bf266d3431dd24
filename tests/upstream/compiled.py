"""The tests of machine code. There is no emitter in the machine: the build compiles them, as it does an app's functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from tests.upstream import suite
from unikernel.build import native
from unikernel.build.bytecode import Source
from unikernel.errors import BuildError

FOLDER = "built"
"""Where the image has them."""

_MARK = b"@micropython."


@dataclass(frozen=True)
class Tests:
    """The tests that the build makes machine code of, by their path in the image, and those it refuses, by name."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def brought(self, test: str) -> bool:
        """Whether `test` is in the image as machine code."""
        return f"{FOLDER}/{test}" in self.files


@cache
def tests() -> Tests:
    """All of them. One whose marked functions stand in a text, for the machine to compile, is not among them."""
    found = Tests()
    for test in (test for folder in suite.FOLDERS for test in suite.tests(folder)):
        raw = (suite.root() / test).read_bytes()
        if _MARK not in raw:
            continue
        try:
            made = native.compiled(Source(test, test, raw))
        except BuildError as error:
            found.refused[test] = str(error)
        else:
            if made.codes:
                found.files[f"{FOLDER}/{test}"] = raw
    return found
