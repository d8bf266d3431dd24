"""Many boots, interleaved with the floor: the only room that measures by booting."""

from __future__ import annotations

from unikernel.sweep.boots import Series, Sweep, boots
from unikernel.sweep.memory import memory

__all__ = ["Series", "Sweep", "boots", "memory"]
