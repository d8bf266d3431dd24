"""The power of a machine whose disks forget: when it is cut, and what the disks keep then."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Literal

from unikernel.errors import Refusal
from unikernel.machine import nbd
from unikernel.machine.volatile_disk import VolatileDisk

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

Keep = Literal["all", "none"] | int
"""Of what was written and not flushed: all, none, or what chance leaves, by this seed."""


@dataclass(frozen=True)
class PowerCut:
    """The power goes as the machine makes its write number `after_writes` from now, all its disks together; 0 is at once.

    That write is in the disk's cache, and not acknowledged. `keep` says what of the writes since the last flush reaches
    the disk: ``"all"``; ``"none"``; or a seed, by which each is there whole, in some of its sectors or not at all, in
    any order. Raises `Refusal` for anything else.
    """

    after_writes: int = 0
    keep: Keep = "none"

    def __post_init__(self) -> None:
        """Check both."""
        if isinstance(self.after_writes, bool) or not isinstance(self.after_writes, int) or self.after_writes < 0:
            message = f"power cut: {self.after_writes!r} is no count of writes; give a whole number from 0 on."
            raise Refusal(message)
        if self.keep not in ("all", "none") and (isinstance(self.keep, bool) or not isinstance(self.keep, int)):
            message = f'power cut: keep is {self.keep!r}; choose "all", "none" or a whole number as a seed.'
            raise Refusal(message)


class Power:
    """The power of one machine. All methods belong to the machine's loop."""

    def __init__(self, cut: PowerCut | None = None) -> None:
        """It is on; `cut` is armed from the first write on."""
        self._disks: list[VolatileDisk] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._writes = 0
        self._goes: Callable[[], None] | None = None
        self._off = False
        self._cut: PowerCut | None = None
        if cut is not None:
            self.arm(cut)

    def disk(self, fd: int, size_bytes: int, *, read_only: bool) -> Callable[[socket.socket], None]:
        """A disk on this power; returns what serves it to a VMM at the other end of a socket."""
        made = VolatileDisk(fd, size_bytes, read_only=read_only, written=self._count)
        self._disks.append(made)

        def serve(channel: socket.socket) -> None:
            task = asyncio.get_running_loop().create_task(nbd.serve(channel, made), name="unikernel-disk")
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

        return serve

    def when_it_goes(self, callback: Callable[[], None]) -> None:
        """Call `callback` as the power goes; at once, if it has gone."""
        self._goes = callback
        if self._off:
            callback()

    def arm(self, cut: PowerCut) -> None:
        """Have it go so; a later cut replaces one that has not come yet."""
        self._cut, self._writes = cut, 0
        if cut.after_writes == 0:
            self._go(cut)

    def close(self) -> None:
        """The VMM is gone: write out what the disks still hold, unless the power went before."""
        for task in self._serving:
            task.cancel()
        for disk in self._disks:
            with contextlib.suppress(OSError):  # as the last writes of any VMM
                disk.cut("none" if self._off else "all")
        self._disks.clear()

    def _count(self) -> None:
        self._writes += 1
        if self._cut is not None and self._writes >= self._cut.after_writes:
            self._go(self._cut)
            raise nbd.PowerIsOff

    def _go(self, cut: PowerCut) -> None:
        if self._off:
            return
        self._off = True
        chance = cut.keep if isinstance(cut.keep, str) else Random(cut.keep)  # noqa: S311 - to be repeated
        for disk in self._disks:
            disk.cut(chance)
        if self._goes is not None:
            self._goes()
