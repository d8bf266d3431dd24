"""The tests that do not apply to this machine, each with its reason: ``skips.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "skips.toml"


@cache
def table() -> Mapping[str, str]:
    """A test or a pattern of names → the reason."""
    groups = tomllib.loads(TABLE.read_text())["skip"]
    return {test: group["reason"] for group in groups for test in group["tests"]}


def reason(test: str) -> str | None:
    """Why `test` is skipped; None where it must pass."""
    return next((why for row, why in table().items() if fnmatchcase(test, row)), None)


def idle(tests: Iterable[str]) -> list[str]:
    """The rows that match none of `tests`."""
    known = tuple(tests)
    return [row for row in table() if not any(fnmatchcase(test, row) for test in known)]
