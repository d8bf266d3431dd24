"""One thing that was found, at its place in the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """`file` is a path in the app; `line` and `column` count from 1. An error does not work, a warning works otherwise.

    `rule` is its short name: one of mypy's, or one of `differences.RULES`.
    """

    file: str
    line: int
    column: int
    kind: Kind
    text: str
    rule: str

    def __str__(self) -> str:
        """As compilers say it, so that an editor can jump there."""
        return f"{self.file}:{self.line}:{self.column}: {self.kind}: {self.text} [{self.rule}]"
