"""How kept machines ended: word that each leaves in the runtime folder, for who was not attached then.

There is one file a name, of the last machine that had it. What is old, or too many, is swept when anybody looks.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from unikernel.units import duration

SUFFIX: Final = ".ended"
KEPT_S: Final = 24 * 3600.0
"""How long it is kept."""
MOST: Final = 20
"""How many are kept, the newest."""


@dataclass(frozen=True)
class Ending:
    """One machine that has ended: what of its `run.Run` fits a line. `booted` and `ended` are in seconds since the epoch."""

    name: str
    status: int
    ended_by: str
    reason: str
    image: str
    memory_bytes: int
    booted: float
    ended: float

    @property
    def lived_s(self) -> float:
        """Seconds from the boot to the end."""
        return max(0.0, self.ended - self.booted)

    def __str__(self) -> str:
        """How and when, ``exit 3, 12.4 s ago``."""
        return f"{self.reason}, {duration(max(0.0, time.time() - self.ended))} ago"

    def leave(self, folder: Path, partial: Path) -> None:
        """Leave word in `folder`, whole or not at all; `partial` is a name to write it under. A full disk loses it."""
        with contextlib.suppress(OSError):
            try:
                partial.write_text(json.dumps(asdict(self)), encoding="utf-8")
                partial.rename(folder / (self.name + SUFFIX))
            finally:
                partial.unlink(missing_ok=True)
        sweep(folder)


def endings(folder: Path) -> list[Ending]:
    """All word that is kept in `folder`, oldest first."""
    sweep(folder)
    found = [ending for path in _files(folder) if (ending := _read(path))]
    return sorted(found, key=lambda ending: ending.ended)


def sweep(folder: Path) -> None:
    """Remove what is old, and all but the newest."""
    dated = []
    for path in _files(folder):
        with contextlib.suppress(OSError):
            dated.append((path.lstat().st_mtime, path))
    dated.sort(reverse=True)
    for number, (written, path) in enumerate(dated):
        if number >= MOST or time.time() - written > KEPT_S:
            path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return list(folder.glob(f"*{SUFFIX}"))


def _read(path: Path) -> Ending | None:
    try:
        ending = Ending(**json.loads(path.read_text(encoding="utf-8")))
        whole = isinstance(ending.status, int) and isinstance(ending.reason, str) and ending.lived_s >= 0
    except (OSError, ValueError, TypeError):
        return None
    return ending if whole and ending.name + SUFFIX == path.name else None
