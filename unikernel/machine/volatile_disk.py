"""A disk with a cache that a loss of power empties: what was not flushed may be lost, in part, or out of order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Literal

from unikernel.machine.nbd import SECTOR_BYTES, PowerIsOff

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

CACHE_BYTES: Final = 64 << 20
"""A cache that is fuller than this writes itself out, as a disk's does."""

Kept = Literal["all", "none"]


class VolatileDisk:
    """One disk over an open file; a `nbd.Backend`.

    A flush puts all into the file, in the order of writing. It does not wait for the host's own disk: what is lost here
    is the machine's power, not the host's.
    """

    def __init__(self, fd: int, size_bytes: int, *, read_only: bool, written: Callable[[], None]) -> None:
        """`written` is called after each write, before it is acknowledged; it may raise `PowerIsOff`. `fd` stays the
        caller's.
        """
        self.size_bytes = size_bytes
        self.read_only = read_only
        self._fd = fd
        self._written = written
        self._pending: list[tuple[int, bytes]] = []
        self._pending_bytes = 0
        self._sectors: dict[int, bytes] = {}
        """What the cache holds, by the sector's number."""
        self._off = False

    def read(self, offset: int, length: int) -> bytes:
        """The cache's, where it has any, else the file's."""
        self._check()
        data = bytearray(os.pread(self._fd, length, offset))
        data += bytes(length - len(data))
        if self._sectors:
            for at in range(0, length, SECTOR_BYTES):
                if (cached := self._sectors.get((offset + at) // SECTOR_BYTES)) is not None:
                    data[at : at + SECTOR_BYTES] = cached
        return bytes(data)

    def write(self, offset: int, data: bytes) -> None:
        """Into the cache."""
        self._check()
        self._pending.append((offset, data))
        self._pending_bytes += len(data)
        for at in range(0, len(data), SECTOR_BYTES):
            self._sectors[(offset + at) // SECTOR_BYTES] = data[at : at + SECTOR_BYTES]
        self._written()
        if self._pending_bytes > CACHE_BYTES:
            self.flush()

    def flush(self) -> None:
        """All into the file."""
        self._check()
        for offset, data in self._pending:
            _put(self._fd, offset, data)
        self._forget()

    def cut(self, keep: Kept | Random) -> None:
        """The power goes. Of the cache `keep` says what still reaches the file: all, none, or by chance: the writes in
        any order, each whole, in some of its sectors, or not at all.
        """
        if keep == "all":
            self.flush()
        elif keep != "none":
            for offset, data in survivors(self._pending, keep):
                _put(self._fd, offset, data)
        self._forget()
        self._off = True

    def _check(self) -> None:
        if self._off:
            raise PowerIsOff

    def _forget(self) -> None:
        self._pending.clear()
        self._sectors.clear()
        self._pending_bytes = 0


def survivors(writes: list[tuple[int, bytes]], chance: Random) -> list[tuple[int, bytes]]:
    """What is left of `writes`, each an offset and whole sectors, in the order in which it reaches the disk."""
    left: list[tuple[int, bytes]] = []
    for offset, data in chance.sample(writes, len(writes)):
        sectors = range(0, len(data), SECTOR_BYTES)
        fate = chance.choice(("whole", "torn", "lost"))
        if fate == "whole":
            left.append((offset, data))
        elif fate == "torn":
            some = (at for at in sectors if chance.getrandbits(1))
            left += [(offset + at, data[at : at + SECTOR_BYTES]) for at in some]
    return left


def _put(fd: int, offset: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(fd, view, offset)
        view, offset = view[count:], offset + count
