"""What the machine says of its own names; ``names.json`` is its answer, and a test asks it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("names.json")


@dataclass(frozen=True)
class Known:
    """The names in each module of every image, and those of CPython's builtin objects that no object here has."""

    modules: dict[str, frozenset[str]]
    lacking: frozenset[str]

    @property
    def builtins(self) -> frozenset[str]:
        """The names that need no import."""
        return self.modules["builtins"]


@cache
def known() -> Known:
    """The table."""
    data = json.loads(TABLE.read_bytes())
    return Known({name: frozenset(found) for name, found in data["modules"].items()}, frozenset(data["lacking"]))


def absent(owner: str, name: str, there: frozenset[str], cure: str = "") -> str:
    """One sentence for a name that `owner` does not have among those that are `there`; `cure` where none is near."""
    near = get_close_matches(name, there, 1, 0.75)
    rest = f"there is {near[0]}" if near else cure
    return f"{owner} has no {name}{f'; {rest}' if rest else ''}."
