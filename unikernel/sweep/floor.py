"""The floor: a guest that does nothing, built by our own toolchain and kept in the cache."""

from __future__ import annotations

from pathlib import Path

from unikernel.build.guest import guest
from unikernel.targets import Target


def floor(target: Target) -> Path:
    """The floor's ELF for `target`; raises `BuildError` when it does not build."""
    return guest("floor", target)
