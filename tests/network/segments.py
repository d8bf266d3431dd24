"""Segments of TCP as bytes, and ends of connections by hand: each says what the test wants, in whichever order. RFC 9293."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from typing import Final

from tests.network import frames
from tests.network.frames import Address, Packet
from tests.network.peer import PATIENCE_S, Peer

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
WINDOW: Final = 65535
MSS: Final = b"\2\4"
"""The option's head: its value follows, in two bytes."""
AGAIN_S: Final = 1.0


@dataclass(frozen=True)
class Segment:
    """Who says what to whom: numbers, flags, and bytes."""

    source: Address
    to: Address
    source_port: int
    port: int
    number: int
    acknowledged: int = 0
    flags: int = ACK
    window: int = WINDOW
    data: bytes = b""
    options: bytes = b""

    @property
    def next(self) -> int:
        """The number after all that it holds."""
        ends = bool(self.flags & SYN) + bool(self.flags & FIN)
        return (self.number + len(self.data) + ends) % 2**32

    def packet(self) -> Packet:
        """RFC 9293, section 3.1."""
        words = 5 + len(self.options) // 4
        head = struct.pack("!HHII", self.source_port, self.port, self.number, self.acknowledged)
        head += struct.pack("!BBHHH", words << 4, self.flags, self.window, 0, 0) + self.options
        return frames.with_checksum(Packet(self.source, self.to, frames.TCP, head + self.data), 16)


def read(packet: Packet) -> Segment | None:
    """The segment in a packet, or None: it carries none, or its check sum is wrong."""
    if (
        packet.protocol != frames.TCP
        or len(packet.payload) < 20
        or frames.checksum(frames.pseudo(packet) + packet.payload)
    ):
        return None
    source_port, port, number, acknowledged, offset, flags, window = struct.unpack_from("!HHIIBBH", packet.payload)
    start = (offset >> 4) * 4
    data, options = packet.payload[start:], packet.payload[20:start]
    return Segment(packet.source, packet.to, source_port, port, number, acknowledged, flags, window, data, options)


class End:
    """One end: `number` is what it says next, `expected` what it has heard all before."""

    def __init__(self, host: Peer, to: Address, port: int, own_port: int, number: int) -> None:
        """Of a connection to that port, which has not begun."""
        self.host, self.to, self.port = host, to, port
        self.own = next(each for each in host.addresses if each.version == to.version)
        self.own_port = own_port
        self.number, self.expected = number, 0
        self.heard: asyncio.Queue[Segment] = asyncio.Queue()

    async def say(self, flags: int, data: bytes = b"", window: int = WINDOW, options: bytes = b"") -> None:
        """Send a segment, from where this end is; from there on it is behind it."""
        acknowledged = self.expected if flags & ACK else 0
        ends = (self.own, self.to, self.own_port, self.port)
        segment = Segment(*ends, self.number, acknowledged, flags, window, data, options)
        self.number = segment.next
        await self.host.send(segment.packet())

    async def hear(self, flags: int = 0, timeout_s: float = PATIENCE_S) -> Segment:
        """The next segment that has those flags, and what it holds is heard; those before it are forgotten."""
        async with asyncio.timeout(timeout_s):
            while True:
                segment = await self.heard.get()
                if segment.flags & flags == flags:
                    self.expected = segment.next if not segment.flags & RST else self.expected
                    return segment

    async def open(self, window: int = WINDOW, options: bytes = b"") -> Segment:
        """Connect, and give the segment in which the other end agreed; it is asked again each second."""
        number = self.number
        for _ in range(int(PATIENCE_S / AGAIN_S)):
            self.number = number
            await self.say(SYN, window=window, options=options)
            with contextlib.suppress(TimeoutError):
                agreed = await self.hear(SYN | ACK, AGAIN_S)
                await self.say(ACK, window=window)
                return agreed
        raise TimeoutError(f"nobody agrees to a connection to port {self.port}")

    async def take(self, count: int, window: int = WINDOW) -> bytes:
        """So many bytes, each acknowledged; what comes again or too early is left."""
        found = b""
        async with asyncio.timeout(PATIENCE_S):
            while len(found) < count:
                segment = await self.heard.get()
                if segment.number == self.expected and segment.data:
                    found += segment.data
                    self.expected = segment.next
                if segment.data:
                    await self.say(ACK, window=window)
        return found

    async def reset(self) -> None:
        """Break it off."""
        await self.say(RST)


class Ends:
    """All ends of a host, by their ports."""

    def __init__(self, host: Peer, seed: int) -> None:
        """Of a host that is on a network."""
        self.host = host
        self.random = Random(seed)
        self._by_port: dict[int, End] = {}

    def end(self, to: str, port: int) -> End:
        """A new one, at a port that no other had."""
        own_port = 20000 + len(self._by_port)
        end = self._by_port[own_port] = End(self.host, ip_address(to), port, own_port, self.random.getrandbits(32))
        return end

    async def listen(self) -> None:
        """Give each segment to its end, until cancelled."""
        while True:
            segment = read(await self.host.heard.get())
            if segment and (end := self._by_port.get(segment.port)):
                end.heard.put_nowait(segment)

    def answering(self, port: int, to: str, to_port: int) -> End:
        """An end at that port, which a machine may connect to."""
        end = self._by_port[port] = End(self.host, ip_address(to), to_port, port, self.random.getrandbits(32))
        return end


@contextlib.asynccontextmanager
async def ends(host: Peer, seed: int = 1) -> AsyncIterator[Ends]:
    """Ends of connections by hand, of that host; `host.heard` is theirs meanwhile."""
    found = Ends(host, seed)
    listening = asyncio.ensure_future(found.listen())
    try:
        yield found
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
