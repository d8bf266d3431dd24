"""A host on a private network: it answers ARP, neighbour solicitations and echo requests, and serves datagrams by port.

``async with peer("lab") as host`` runs one beside the test. What it hears and does not serve waits in `host.heard`.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from tests.network import frames
from tests.network.frames import Address, Datagram, Packet
from unikernel.devices import Network
from unikernel.machine.network.port import Port

PATIENCE_S: Final = 20.0
AGAIN_S: Final = 1.0
HARDWARE: Final = b"\x02\0\0\0\0\x02"
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT = 133, 134, 135, 136
"""RFC 4861, section 4."""

Answer = Callable[[Datagram], bytes | None]


class Peer:
    """The host, at its addresses."""

    def __init__(self, port: Port, *addresses: str, hardware: bytes = HARDWARE) -> None:
        """On a port that is open."""
        self.port = port
        self.hardware = hardware
        self.addresses = tuple(ip_address(each) for each in addresses)
        self.served: dict[int, Answer] = {}
        """What answers datagrams for a port; an answer goes back to where they came from."""
        self.heard: asyncio.Queue[Packet] = asyncio.Queue()
        self.arp: list[tuple[int, Address]] = []
        """What was asked or answered by others: the operation and who for."""
        self._known: dict[Address, bytes] = {}
        self._echoes: dict[bytes, asyncio.Future[Packet]] = {}
        self._number = 0

    async def run(self) -> None:
        """Serve, until cancelled."""
        while True:
            frame = await self.port.receive(None)
            kind = struct.unpack_from("!H", frame, 12)[0]
            if kind == frames.ARP and len(frame) >= 42:
                await self._arp(frame)
            elif packet := frames.read_ip(frame):
                self._known.setdefault(packet.source, packet.hardware)
                await self._packet(packet)

    async def send(self, packet: Packet) -> None:
        """Send a packet to whom it is for, once that one's hardware address is known."""
        kind = frames.IPV4 if packet.source.version == 4 else frames.IPV6
        to = await self.hardware_of(packet.to)
        await self.port.send(frames.ethernet(to, self.hardware, kind, frames.ip(packet)))

    async def tell(self, to: str, port: int, data: bytes, source_port: int = 40000) -> None:
        """Send a datagram."""
        target = ip_address(to)
        await self.send(frames.udp(Datagram(self._own(target), target, source_port, port, data)))

    async def ping(self, to: str, payload: bytes = b"ping", timeout_s: float = PATIENCE_S) -> bytes:
        """The payload that an echo brings back; asked for once a second. Raises `TimeoutError`."""
        target = ip_address(to)
        self._number += 1
        mark = struct.pack("!HH", 7, self._number)
        own = self._own(target)
        request, _ = frames.ECHO[frames.ICMP if target.version == 4 else frames.ICMP6]
        waiting = self._echoes[mark] = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(timeout_s):
            while not waiting.done():
                await self.send(frames.icmp(own, target, request, mark + payload))
                await asyncio.wait([waiting], timeout=AGAIN_S)
        answer: bytes = waiting.result().payload
        return answer[8:]

    async def hear(self, wanted: Callable[[Packet], object], timeout_s: float = PATIENCE_S) -> Packet:
        """The next packet that is wanted; what comes before it is forgotten."""
        async with asyncio.timeout(timeout_s):
            while True:
                packet = await self.heard.get()
                if wanted(packet):
                    return packet

    async def hardware_of(self, to: Address) -> bytes:
        """Who has that address; asks until somebody answers."""
        if to.is_multicast or to == IPv4Address("255.255.255.255"):
            return frames.group_hardware(to)
        async with asyncio.timeout(PATIENCE_S):
            while to not in self._known:
                await self._ask(to)
                await asyncio.sleep(0.05)
        return self._known[to]

    def _own(self, to: Address) -> Address:
        able = [each for each in self.addresses if each.version == to.version]
        return next((each for each in able if each.is_link_local == to.is_link_local), able[0])

    async def _ask(self, to: Address) -> None:
        own = self._own(to)
        if isinstance(to, IPv4Address) and isinstance(own, IPv4Address):
            request = frames.arp(1, self.hardware, own, bytes(6), to)
            await self.port.send(frames.ethernet(frames.ALL, self.hardware, frames.ARP, request))
        else:
            group = IPv6Address(IPv6Address("ff02::1:ff00:0").packed[:13] + to.packed[13:])
            rest = bytes(4) + to.packed + b"\1\1" + self.hardware
            await self.send(frames.icmp(own, group, SOLICITATION, rest))

    async def _arp(self, frame: bytes) -> None:
        operation, source, target = frame[21], IPv4Address(frame[28:32]), IPv4Address(frame[38:42])
        self.arp.append((operation, target))
        if source != IPv4Address(0):
            self._known[source] = frame[22:28]
        if operation == 1 and target in self.addresses and source != IPv4Address(0):
            answer = frames.arp(2, self.hardware, target, frame[22:28], source)
            await self.port.send(frames.ethernet(frame[6:12], self.hardware, frames.ARP, answer))

    async def _packet(self, packet: Packet) -> None:
        request, reply = frames.ECHO.get(packet.protocol, (None, None))
        kind = packet.payload[0] if packet.payload else None
        if request is not None and kind == request and packet.to in self.addresses:
            await self.send(frames.icmp(packet.to, packet.source, reply or 0, packet.payload[4:]))
        elif reply is not None and kind == reply and (waiting := self._echoes.pop(packet.payload[4:8], None)):
            waiting.set_result(packet)
        elif packet.protocol == frames.ICMP6 and kind == SOLICITATION:
            await self._neighbour(packet)
        elif packet.protocol == frames.ICMP6 and kind == ADVERTISEMENT:
            self._known[ip_address(packet.payload[8:24])] = packet.hardware
        else:
            await self._datagram(packet)

    async def _neighbour(self, packet: Packet) -> None:
        target = ip_address(packet.payload[8:24])
        if target in self.addresses and int(packet.source):
            rest = b"\x60\0\0\0" + target.packed + b"\2\1" + self.hardware
            await self.send(frames.icmp(target, packet.source, ADVERTISEMENT, rest))
        self.heard.put_nowait(packet)

    async def _datagram(self, packet: Packet) -> None:
        datagram = frames.read_udp(packet)
        answer = self.served.get(datagram.port) if datagram else None
        if datagram is None or answer is None:
            self.heard.put_nowait(packet)
            return
        data = answer(datagram)
        if data is not None:
            to = datagram.source if int(datagram.source) else IPv4Address("255.255.255.255")
            own = datagram.to if datagram.to in self.addresses else self._own(to)
            await self.send(frames.udp(Datagram(own, to, datagram.port, datagram.source_port, data)))


@contextlib.asynccontextmanager
async def peer(network: str, *addresses: str, hardware: bytes = HARDWARE) -> AsyncIterator[Peer]:
    """A host on that network, with those addresses; 10.0.2.2 without any."""
    async with Network(network).port("peer") as port:
        host = Peer(port, *(addresses or ("10.0.2.2",)), hardware=hardware)
        serving = asyncio.ensure_future(host.run())
        try:
            yield host
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
