"""Matching on a stream by pexpect's own searcher, fed by us: it matches, it does not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pexpect.expect import Expecter, searcher_re
from pexpect.spawnbase import SpawnBase

if TYPE_CHECKING:
    import re


class Matcher:
    """One pattern sought in a stream that arrives in pieces."""

    def __init__(self, pattern: str | bytes | re.Pattern[bytes], window_bytes: int) -> None:
        """As in pexpect, ``.`` matches an end of line too. Raises `re.error` for a pattern that is none."""
        self._spawn: Any = SpawnBase(searchwindowsize=window_bytes)
        patterns = self._spawn.compile_pattern_list(pattern.encode() if isinstance(pattern, str) else pattern)
        self._piece_bytes = window_bytes // 2
        self.left_over = 0
        """How many of the fed bytes lie behind the match."""
        self._expecter: Any = Expecter(self._spawn, searcher_re(patterns), searchwindowsize=window_bytes)

    def feed(self, data: bytes) -> re.Match[bytes] | None:
        """Add what came; the match, once there is one, after which nothing may be fed."""
        # A piece longer than the window would be searched in its tail alone.
        for start in range(0, len(data), self._piece_bytes):
            if self._expecter.new_data(data[start : start + self._piece_bytes]) is not None:
                self.left_over = len(self._spawn.buffer) + max(0, len(data) - start - self._piece_bytes)
                match: re.Match[bytes] = self._spawn.match
                return match
        # Pexpect would keep all that came before the match, however much it is.
        self._spawn._before = self._spawn.buffer_type()  # noqa: SLF001
        return None
