"""A program's own place on a private network, for tests and generators: it sends and receives Ethernet frames.

``async with Network("lab").port("probe") as port`` opens one, for ``await port.send(frame)`` and ``await port.receive()``.
In a cell or a script ``with`` does the same, and the methods block.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from unikernel.errors import MachineTimeout, Refusal, WrongState
from unikernel.machine.loop import core
from unikernel.machine.network.switch import HEADER_BYTES, MOST_FRAME_BYTES, Place

if TYPE_CHECKING:
    from types import TracebackType

MOST_RECEIVED: Final = 4096
"""Frames that wait to be received; what comes beyond is dropped."""
PATIENCE_S: Final = 1.0
"""How long a frame waits for somebody slow."""


class Port:
    """A place that has been taken; all methods belong to one loop."""

    def __init__(self, network: str, name: str) -> None:
        """Join; use `Network.port`."""
        self.network = network
        self.dropped = 0
        """Frames that came while too many others waited to be received."""
        self._received: asyncio.Queue[bytes] = asyncio.Queue(MOST_RECEIVED)
        self._place = Place(network, name, self._take)
        self._closed = False

    @property
    def unsent(self) -> int:
        """Frames that were lost, because who they were for was slow."""
        return self._place.dropped

    async def send(self, frame: bytes) -> None:
        """Send a frame: addresses, type and content, without a check sequence. It waits for those who are slow, but for
        no longer than a second; then the frame is lost, as on any network. Raises `Refusal` for what is no frame,
        `WrongState` after the end.
        """
        if not HEADER_BYTES <= len(frame) <= MOST_FRAME_BYTES:
            message = f"send: {len(frame)} bytes are no frame; one has {HEADER_BYTES} to {MOST_FRAME_BYTES}."
            raise Refusal(message)
        self._check_open("send")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self._place.room(frame)
        self._place.send(frame)

    async def receive(self, timeout_s: float | None = 30) -> bytes:
        """The next frame; raises `MachineTimeout` when none comes for so many seconds, `WrongState` after the end."""
        self._check_open("receive")
        try:
            async with asyncio.timeout(timeout_s):
                return await self._received.get()
        except TimeoutError:
            message = f'receive: no frame came on the network "{self.network}" for {timeout_s:g} s; wait longer.'
            raise MachineTimeout(message) from None

    async def leave(self) -> None:
        """Leave the network, once those who are slow have taken what they were sent; it waits no longer than a second."""
        if self._closed:
            return
        self._closed = True
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._place.drain()
        finally:
            self._place.close()

    def _take(self, frame: bytes) -> None:
        try:
            self._received.put_nowait(frame)
        except asyncio.QueueFull:
            self.dropped += 1

    def _check_open(self, verb: str) -> None:
        if self._closed:
            message = f'{verb}: this port has left the network "{self.network}"; open another.'
            raise WrongState(message)


class BlockingPort:
    """The same for cells and scripts; its methods may be called from any thread."""

    def __init__(self, inner: Port) -> None:
        """Over one that belongs to the core's loop."""
        self.inner = inner

    def send(self, frame: bytes) -> None:
        """See `Port.send`."""
        core().run(self.inner.send(frame))

    def receive(self, timeout_s: float | None = 30) -> bytes:
        """See `Port.receive`."""
        return core().run(self.inner.receive(timeout_s))


class OpenPort:
    """What ``async with`` or ``with`` opens."""

    def __init__(self, network: str, name: str) -> None:
        """Nothing is opened yet."""
        self._where = (network, name)
        self._port: Port | None = None

    async def __aenter__(self) -> Port:
        """The port, on the running loop. Raises `Refusal`."""
        self._port = Port(*self._where)
        return self._port

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the network."""
        if self._port:
            await self._port.leave()

    def __enter__(self) -> BlockingPort:
        """The port, on the core's loop. Raises `Refusal`."""
        self._port = core().call(Port, *self._where)
        return BlockingPort(self._port)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the network."""
        if self._port:
            core().run(self._port.leave())
