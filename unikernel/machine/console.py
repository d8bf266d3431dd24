"""The console of one machine: a ring of what came, subscribers, input in order, and matching by pexpect. Where the bytes
come from is a subclass's: `channel_console` reads the VMM's channel, `kept` a keeper's messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from unikernel.errors import MachineError, MachineTimeout, WrongState
from unikernel.machine.transcript import KEPT_BYTES, Ring, Transcript

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    Subscriber = Callable[[int, bytes], object]

EXPECT_WINDOW_BYTES: Final = 65536
"""A match of `Console.expect` spans at most this much."""
LAST_WORDS_BYTES: Final = 200

logger = logging.getLogger(__name__)


class Console(ABC):
    """Made by a machine; all methods belong to its loop, except where they say otherwise."""

    def __init__(self, name: str, limit_bytes: int = KEPT_BYTES) -> None:
        """Keeps `limit_bytes`; `name` is the machine's, for messages."""
        self.name = name
        self.first_byte_ns: int | None = None
        """Of ``time.monotonic_ns()``, since the machine's last start; None as long as nothing came."""
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._ring = Ring(limit_bytes)
        self._subscribers: list[Subscriber] = []
        self._arrived = asyncio.Event()
        """Set by whatever a waiter may wait for."""
        self._sending = asyncio.Lock()
        self._posts: set[asyncio.Task[None]] = set()
        self._matched = 0

    @property
    def transcript(self) -> Transcript:
        """What is kept so far."""
        return self._ring.freeze()

    @property
    def offset(self) -> int:
        """How many bytes the machine has written so far."""
        return self._ring.end

    def since(self, offset: int, most_bytes: int | None = None) -> tuple[int, bytes]:
        """What is kept from `offset` on, at most so much of it, and where it really starts; see `Ring.since`."""
        return self._ring.since(offset, most_bytes)

    def feed(self, data: bytes, offset: int | None = None) -> None:
        """Take what came. An `offset` beyond what is known says that the bytes between are not to be had."""
        now = time.monotonic_ns()
        if self.first_byte_ns is None:
            self.first_byte_ns = now
        if offset is not None and offset > self._ring.end:
            self._ring.skip(offset)
        start = self._ring.end
        self._ring.append(data, now)
        self._arrived.set()
        for callback in tuple(self._subscribers):
            try:
                callback(start, data)
            except Exception:
                logger.exception("a subscriber of the console of %s failed and is dropped", self.name)
                with contextlib.suppress(ValueError):
                    self._subscribers.remove(callback)

    def subscribe(self, callback: Subscriber, replay_from: int | None = None) -> Callable[[], None]:
        """Call `callback(offset, data)` on the loop for all that comes; returns what ends it.

        With `replay_from`, the kept bytes from that offset on come first, at once. A callback that raises is dropped,
        and logged: it must not hurt the machine.
        """
        if replay_from is not None:
            offset, data = self._ring.since(replay_from)
            if data:
                callback(offset, data)
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    async def began(self) -> int | None:
        """Wait for the first byte, and return when it came (see `first_byte_ns`); None if the machine ends without."""
        while self.first_byte_ns is None and not self.closed:
            self._arrived.clear()
            await self._arrived.wait()
        return self.first_byte_ns

    async def send(self, data: bytes | str) -> None:
        """Write to the machine; waits while it takes nothing. Raises `WrongState` when it has ended, or ends
        meanwhile.
        """
        raw = data.encode() if isinstance(data, str) else data
        async with self._sending:
            if not self.closed and await self._write(raw):
                return
        message = f'"{self.name}" takes no input any more, as it has ended; boot it again.'
        raise WrongState(message)

    def post(self, data: bytes | str) -> None:
        """Write to the machine without waiting, in order with the other writes; what an ended machine cannot take is
        dropped.
        """

        async def posted() -> None:
            with contextlib.suppress(WrongState):
                await self.send(data)

        task = self._loop.create_task(posted())
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def expect(self, pattern: str | bytes | re.Pattern[bytes], timeout_s: float | None = 30) -> re.Match[bytes]:
        """Wait for a regular expression in what came since the last match, and return the match.

        Raises `MachineTimeout` after `timeout_s` seconds, and `MachineError` when the machine ends without having
        written it. A match spans at most 64 KiB.
        """
        from unikernel.machine.expect import Matcher  # noqa: PLC0415 - pexpect loads slowly and most machines need none

        wanted = pattern if isinstance(pattern, str | bytes) else pattern.pattern
        shown = wanted if isinstance(wanted, str) else wanted.decode("utf-8", "replace")
        matcher = Matcher(pattern, EXPECT_WINDOW_BYTES)
        position = self._matched
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    self._arrived.clear()
                    _, data = self._ring.since(position)
                    position = self._ring.end
                    match = matcher.feed(data)
                    if match is not None:
                        self._matched = position - matcher.left_over
                        return match
                    if self.closed:
                        break
                    await self._arrived.wait()
        except TimeoutError:
            message = f'"{self.name}" did not write "{shown}" within {timeout_s:g} s; {self._last_words()}'
            raise MachineTimeout(message) from None
        message = f'"{self.name}" ended without having written "{shown}"; {self._last_words()}'
        raise MachineError(message)

    def close(self) -> None:
        """Nothing more will come; waiting senders and `expect` end."""
        self.closed = True
        self._arrived.set()

    @abstractmethod
    async def _write(self, raw: bytes) -> bool:
        """Give the machine these bytes, and wait while it takes none; whether all were taken before its end."""

    def _last_words(self) -> str:
        _, data = self._ring.since(self._ring.end - LAST_WORDS_BYTES)
        return f"its last words: {data.decode('utf-8', 'replace')!r}" if data else "it wrote nothing."
