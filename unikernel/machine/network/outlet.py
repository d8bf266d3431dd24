"""One way out of a switch: a datagram socket, and the frames that wait until whoever reads it has room."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

MOST_WAITING: Final = 256
"""Frames that wait for one reader; the next is dropped, as a switch drops it."""


class Outlet:
    """Frames to one socket, in order; on the running loop."""

    def __init__(self, to: socket.socket, lost: Callable[[], object]) -> None:
        """`to` is connected and non-blocking, and ours from now on; `lost` is called when nobody reads it any more."""
        self.dropped = 0
        self.room = asyncio.Event()
        """Set while another frame would be taken."""
        self.room.set()
        self.idle = asyncio.Event()
        """Set while none waits."""
        self.idle.set()
        self._to = to
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._closed = False
        self._loop = asyncio.get_running_loop()

    def put(self, frame: bytes) -> None:
        """Send it now or soon, or drop it."""
        if self._waiting:
            self._wait(frame)
        elif not self._send(frame):
            self._wait(frame)
            self._loop.add_writer(self._to, self._go_on)

    def close(self) -> None:
        """Drop what waits."""
        self._closed = True
        if self._waiting:
            self._loop.remove_writer(self._to)
            self._waiting.clear()
        self.room.set()
        self.idle.set()
        self._to.close()

    def _wait(self, frame: bytes) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(frame)
        self.idle.clear()
        if len(self._waiting) >= MOST_WAITING:
            self.room.clear()

    def _go_on(self) -> None:
        while self._waiting and self._send(self._waiting[0]):
            if self._closed:
                return
            self._waiting.popleft()
        if not self._waiting:
            self._loop.remove_writer(self._to)
            self.idle.set()
        if len(self._waiting) < MOST_WAITING // 2:
            self.room.set()

    def _send(self, frame: bytes) -> bool:
        """False where it must wait."""
        try:
            self._to.send(frame)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            self._lost()
        return True
