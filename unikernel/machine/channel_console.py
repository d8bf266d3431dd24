"""A console that reads the VMM's own channel, and writes to it with back-pressure. It outlives the channel: after a restart
it goes on with the next.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Final

from unikernel.machine.console import Console
from unikernel.machine.transcript import KEPT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from unikernel.machine.vmm import Channel

READ_BYTES: Final = 1 << 16
STREAMING_NS: Final = 1_000_000
GATHER_S: Final = 0.001
LISTEN_AGAIN_S: Final = 0.002
DEAF_S: Final = 2.0


class ChannelConsole(Console):
    """See `Console`; the channel stays its owner's."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        limit_bytes: int = KEPT_BYTES,
        listening: Callable[[], bool] = lambda: True,
        *,
        outlives: bool = False,
    ) -> None:
        """Start reading. Input is held back until `listening()`, or output, says that the machine hears it.

        The end of the channel is the console's, unless it `outlives` that: then its owner says when.
        """
        super().__init__(name, limit_bytes)
        self._listening = listening
        self._outlives = outlives
        # A uart's bytes come a few at a time: one buffer for all reads, not a large one for each.
        self._buffer = memoryview(bytearray(READ_BYTES))
        self._channel: Channel | None = None
        self._writing: asyncio.Future[None] | None = None
        self._read_ns = 0
        self._draining = False
        self._heard = False
        self.connect(channel)

    def connect(self, channel: Channel) -> None:
        """Go on with the channel of a machine that was started again."""
        self._channel = channel
        self.first_byte_ns = None
        self._heard = False
        self._arrived.set()
        self._loop.add_reader(channel.output, self._read)

    def disconnect(self) -> None:
        """Take what is left in the channel, and leave it; who sends waits for the next."""
        self._draining = True
        while self._channel is not None:
            before = self._ring.end
            self._read()
            if self._ring.end == before:
                break
        self._draining = False
        if self._channel is not None:
            self._loop.remove_reader(self._channel.output)
            self._channel = None
        self._arrived.set()
        if self._writing:
            self._writing.cancel()

    def close(self) -> None:
        """Take what is left in the channel and stop reading; waiting senders and `expect` end."""
        self.closed = True
        self.disconnect()
        super().close()

    async def _connected(self) -> Channel | None:
        """The channel, once the machine's console is up; None after its end. One that never says that it listens gets
        its input all the same.
        """
        waited_for: Channel | None = None
        until = 0.0
        while not self.closed:
            if self._channel is None:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            if waited_for is not self._channel:
                waited_for, until = self._channel, self._loop.time() + DEAF_S
            if not self._deaf() or self._loop.time() >= until:
                self._heard = True
                return self._channel
            await asyncio.sleep(LISTEN_AGAIN_S)  # the machine's memory cannot set an event
        return None

    def _deaf(self) -> bool:
        return not (self._heard or self.closed) and self.first_byte_ns is None and not self._listening()

    async def _write(self, raw: bytes) -> bool:
        """What was on its way to a machine that is started again counts as taken: it is lost with that machine."""
        channel = await self._connected()
        if channel is None:
            return False
        self._writing = asyncio.ensure_future(self._loop.sock_sendall(channel.input, raw))
        try:
            await self._writing
        except (BrokenPipeError, ConnectionResetError):
            # The VMM is gone; its owner says soon whether for ever.
            while self._channel is channel and self._outlives and not self.closed:
                self._arrived.clear()
                await self._arrived.wait()
            return self._outlives and not self.closed
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._channel is channel or (task and task.cancelling()):
                raise
            return not self.closed
        finally:
            self._writing.cancel()
            self._writing = None
        return True

    def _read(self) -> None:
        assert self._channel is not None
        try:
            data = bytes(self._buffer[: os.readv(self._channel.output, (self._buffer,))])
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # The VMM died with bytes of ours unread.
            data = b""
        if not data:
            self._end_of_channel()
            return
        now = time.monotonic_ns()
        if now - self._read_ns < STREAMING_NS and not self._draining:
            self._gather()
        self._read_ns = now
        self.feed(data)

    def _end_of_channel(self) -> None:
        assert self._channel is not None
        self._loop.remove_reader(self._channel.output)
        if not self._outlives and not self.closed:
            self.close()

    def _gather(self) -> None:
        """A uart writes byte by byte: in a stream, let some gather, instead of waking for each (a tenth of the work)."""
        assert self._channel is not None
        self._loop.remove_reader(self._channel.output)
        self._loop.call_later(GATHER_S, self._release, self._channel)

    def _release(self, channel: Channel) -> None:
        if self._channel is channel:
            self._loop.add_reader(channel.output, self._read)
