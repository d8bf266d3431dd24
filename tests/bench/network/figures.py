"""Figures by the names of their goals, with what they have to say in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.bench.network.guests import MICROVM, Compared


@dataclass
class Figures:
    """Values by the names of goals, and notes to some of them."""

    found: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: float, note: str = "") -> None:
        """One more."""
        self.found[name] = value
        if note:
            self.notes[name] = note

    def ratio(self, name: str, seen: Compared, unit: str, more: str = "") -> None:
        """Ours by Linux's, both on q35, and a row for ours on microvm."""
        self.add(name, seen.ratio(name), ", ".join(filter(None, (seen.words(name, unit), more))))
        self.add(f"{name}_microvm", seen.ratio(name, MICROVM), seen.words(name, unit, MICROVM))
