"""What a test must print, by the rules of upstream's ``tests/run-tests.py``.

That is the ``.exp`` file beside it, in three tests with patterns; else what CPython prints when it runs the same test;
else, where the test is a unittest, that all of it went well.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.upstream import multi, suite

PATTERNS = frozenset({"basics/builtin_help.py", "basics/bytes_compare3.py", "micropython/meminfo.py"})
"""The tests whose ``.exp`` has patterns: ``########`` stands for any lines, and what follows a backslash is part of a
regular expression.
"""

IN_MACHINE = b"/tests"
"""Where the machine has upstream's tests."""

TIMEOUT_S = 60
ANSWERS = {"net_hosted/connect_timeout.py": b"True\nTrue\n"}
"""Those of which CPython is not asked, as it would speak with a stranger: the machine is on a network without any."""
_ANY_LINES = b"########\n"
_UNITTEST_WENT_WELL = re.compile(rb"(?s).*\n-{70}\nRan \d+ tests? in [\d.]+s\n\nOK(?: \(skipped=\d+\))?\n")


@dataclass(frozen=True)
class Expected:
    """A text, with what it is compared by; `text` is empty where a unittest says itself how it went."""

    text: bytes
    pattern: re.Pattern[bytes]

    def accepts(self, output: bytes) -> bool:
        """Whether that output is what was expected."""
        return self.pattern.fullmatch(output) is not None


def of(test: str) -> Expected:
    """What `test` must print. Raises `AssertionError` where CPython cannot run it to the end."""
    if test in ANSWERS:
        return Expected(ANSWERS[test], _literally(ANSWERS[test]))
    path = suite.root() / f"{test}.exp"
    if path.is_file():
        text = _lines(path.read_bytes())
        return Expected(text, pattern(text) if test in PATTERNS else _literally(text))
    if b"\nimport unittest\n" in (suite.root() / test).read_bytes():
        return Expected(b"", _UNITTEST_WENT_WELL)
    text = asyncio.run(multi.by_cpython(test)) if test.startswith(f"{multi.FOLDER}/") else by_cpython(test)
    return Expected(text, _literally(text))


def pattern(text: bytes) -> re.Pattern[bytes]:
    """A text with patterns as one regular expression."""
    parts = []
    for line in text.splitlines(keepends=True):
        if line == _ANY_LINES:
            parts.append(rb"(?:.*\n)*?")
        else:
            parts += [each[1:] if len(each) > 1 else re.escape(each) for each in re.findall(rb"(?s)\\.|.", line)]
    return re.compile(b"".join(parts))


def by_cpython(test: str) -> bytes:
    """What CPython prints, with the standard library alone; paths as the machine has them."""
    if test.partition("/")[0] != suite.WRITING:
        return _by_cpython(test, suite.root())
    with tempfile.TemporaryDirectory(prefix="upstream-") as folder:
        shutil.copytree(suite.root() / suite.WRITING, Path(folder) / suite.WRITING)
        return _by_cpython(test, Path(folder))


def _by_cpython(test: str, root: Path) -> bytes:
    done = subprocess.run(
        [sys.executable, "-BS", str(root / test)],
        cwd=(root / test).parent,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{test}: CPython ends with {done.returncode}: {done.stdout[-200:].decode()}")
    return _lines(done.stdout.replace(os.fsencode(root), IN_MACHINE))


def _lines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n")


def _literally(text: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(text))
