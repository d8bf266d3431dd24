"""The console of one machine: one reader, a ring of what came, subscribers, input with back-pressure, and matching by
pexpect.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from typing import TYPE_CHECKING, Final

from unikernel.errors import MachineError, MachineTimeout, WrongState
from unikernel.machine.transcript import KEPT_BYTES, Ring, Transcript

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from unikernel.machine.vmm import Channel

    Subscriber = Callable[[int, bytes], object]

READ_BYTES: Final = 1 << 16
STREAMING_NS: Final = 1_000_000
GATHER_S: Final = 0.001
LISTEN_AGAIN_S: Final = 0.002
DEAF_S: Final = 2.0
EXPECT_WINDOW_BYTES: Final = 65536
"""A match of `Console.expect` spans at most this much."""
LAST_WORDS_BYTES: Final = 200

logger = logging.getLogger(__name__)


class Console:
    """Made by a machine; all methods belong to its loop, except where they say otherwise."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        limit_bytes: int = KEPT_BYTES,
        listening: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start reading `channel`, which stays its owner's; `name` is the machine's, for messages.

        Input is held back until `listening()`, or output, says that the machine hears it.
        """
        self.name = name
        self.first_byte_ns: int | None = None
        """Of ``time.monotonic_ns()``; None as long as nothing came."""
        self._loop = asyncio.get_running_loop()
        self._channel = channel
        self._listening = listening
        self._ring = Ring(limit_bytes)
        # A uart's bytes come a few at a time: one buffer for all reads, not a large one for each.
        self._buffer = memoryview(bytearray(READ_BYTES))
        self._subscribers: list[Subscriber] = []
        self._arrived = asyncio.Event()
        self._sending = asyncio.Lock()
        self._writing: asyncio.Future[None] | None = None
        self._posts: set[asyncio.Task[None]] = set()
        self._matched = 0
        self._read_ns = 0
        self._draining = False
        self.closed = False
        self._loop.add_reader(channel.output, self._read)

    @property
    def transcript(self) -> Transcript:
        """What is kept so far."""
        return self._ring.freeze()

    @property
    def offset(self) -> int:
        """How many bytes the machine has written so far."""
        return self._ring.end

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
        """Take what is left in the channel and stop reading; waiting senders and `expect` end."""
        self._draining = True
        while not self.closed:
            before = self._ring.end
            self._read()
            if self._ring.end == before:
                break
        self._close()

    async def _heard(self) -> None:
        """Wait until the machine's console is up. One that never says so gets its input all the same."""
        until = self._loop.time() + DEAF_S
        while self._deaf() and self._loop.time() < until:  # noqa: ASYNC110 - the machine's memory cannot set an event
            await asyncio.sleep(LISTEN_AGAIN_S)
        self._listening = lambda: True

    def _deaf(self) -> bool:
        return self.first_byte_ns is None and not self.closed and not self._listening()

    async def _write(self, raw: bytes) -> bool:
        """Whether all was taken before the end."""
        await self._heard()
        self._writing = asyncio.ensure_future(self._loop.sock_sendall(self._channel.input, raw))
        try:
            await self._writing
        except (BrokenPipeError, ConnectionResetError):
            return False
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self.closed or (task and task.cancelling()):
                raise
            return False
        finally:
            self._writing.cancel()
            self._writing = None
        return True

    def _read(self) -> None:
        try:
            data = bytes(self._buffer[: os.readv(self._channel.output, (self._buffer,))])
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # The VMM died with bytes of ours unread.
            data = b""
        if not data:
            self._close()
            return
        now = time.monotonic_ns()
        if self.first_byte_ns is None:
            self.first_byte_ns = now
        if now - self._read_ns < STREAMING_NS and not self._draining:
            self._hold()
        self._read_ns = now
        offset = self._ring.end
        self._ring.append(data, now)
        self._arrived.set()
        for callback in tuple(self._subscribers):
            try:
                callback(offset, data)
            except Exception:
                logger.exception("a subscriber of the console of %s failed and is dropped", self.name)
                with contextlib.suppress(ValueError):
                    self._subscribers.remove(callback)

    def _hold(self) -> None:
        """A uart writes byte by byte: in a stream, let some gather, instead of waking for each (a tenth of the work)."""
        self._loop.remove_reader(self._channel.output)
        self._loop.call_later(GATHER_S, self._release)

    def _release(self) -> None:
        if not self.closed:
            self._loop.add_reader(self._channel.output, self._read)

    def _close(self) -> None:
        if not self.closed:
            self.closed = True
            self._loop.remove_reader(self._channel.output)
            self._arrived.set()
            if self._writing:
                self._writing.cancel()

    def _last_words(self) -> str:
        _, data = self._ring.since(self._ring.end - LAST_WORDS_BYTES)
        return f"its last words: {data.decode('utf-8', 'replace')!r}" if data else "it wrote nothing."
