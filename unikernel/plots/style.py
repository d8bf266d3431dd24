"""The look's values for pictures: `style.json`, the same as `notebook/tokens.css` (a test holds the two equal).

Colours and sizes go to each artist by name, never through matplotlib's global settings: pictures are drawn in several
threads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("style.json")

POINTS_PER_PX: Final = 72 / 96
"""Pictures are laid out in CSS pixels; matplotlib counts type and lines in points."""

NAME_PX: Final = 13
"""Titles."""
FACT_PX: Final = 12
"""The line under a title."""
LABEL_PX: Final = 11
"""Everything inside a picture: never smaller."""


@dataclass(frozen=True)
class Kind:
    """The colours of a kind of component: `fill` for areas, on which ink is written; `mark` for edges, bars and
    stripes.
    """

    fill: str
    mark: str
    hatch: str = ""


@dataclass(frozen=True)
class Scheme:
    """Light or dark: every colour that a picture may use."""

    name: str
    paper: str
    sunken: str
    line: str
    edge: str
    ink: str
    ink_2: str
    accent: str
    ok: str
    warn: str
    bad: str
    kinds: dict[str, Kind]
    phases: dict[str, Kind]
    """By the phase's name; a phase of the host is hatched, one of the guest wears the colour of what spends its
    time.
    """

    def kind(self, name: str) -> Kind:
        """The colours of a kind; one that the look does not know is drawn as of the architecture."""
        return self.kinds.get(name, self.kinds["arch"])

    def phase(self, name: str) -> Kind:
        """The colours of a phase of a boot; one that the look does not know is the app's own mark."""
        return self.phases.get(name, self.phases["app"])


@cache
def values() -> dict[str, Any]:
    """All of `style.json`."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


@cache
def scheme(*, dark: bool = False) -> Scheme:
    """The colours for a light or a dark page."""
    name = "dark" if dark else "light"
    raw = values()[name]
    plain = ("paper", "sunken", "line", "edge", "ink", "accent", "ok", "warn", "bad")
    return Scheme(
        name=name,
        ink_2=raw["ink-2"],
        kinds={key: Kind(kind["fill"], kind["mark"], kind.get("hatch", "")) for key, kind in raw["kinds"].items()},
        phases={
            key: Kind(phase["fill"], phase.get("edge", phase["fill"]), phase.get("hatch", ""))
            for key, phase in raw["phases"].items()
        },
        **{key: raw[key] for key in plain},
    )


def families(mono: bool = False) -> tuple[str, ...]:  # noqa: FBT001, FBT002 - of two families, the one
    """The names of the fonts to try, in order."""
    return tuple(values()["rc"]["font.monospace" if mono else "font.sans-serif"])
