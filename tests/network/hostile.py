"""Frames that no good host sends: valid ones of every protocol that a machine speaks, cut, stretched and changed.

Half of what is changed gets its check sums made good again, so that it comes further in.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from random import Random
from typing import Final

from tests.network import dhcp, frames
from tests.network.frames import Address, Datagram, Packet

MOST_BYTES: Final = 1514
PORTS: Final = (7, 53, 67, 68, 80, 123, 514, 546, 5353, 40000, 65535)
EDGES: Final = (0, 1, 2, 4, 5, 7, 8, 15, 16, 0x20, 0x40, 0x7F, 0x80, 0xF0, 0xFE, 0xFF)
ICMP_KINDS: Final = (0, 3, 4, 5, 8, 11, 12, 13, 17)
ICMP6_KINDS: Final = (1, 2, 3, 4, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 143)
IPV6_OPTIONS: Final = (0, 43, 44, 50, 51, 59, 60, 135)
"""Headers between that of version 6 and what it carries. RFC 8200, section 4."""


@dataclass(frozen=True)
class Victim:
    """Who is attacked: its hardware address and its own, in both versions, and a port on which it listens."""

    hardware: bytes
    four: IPv4Address
    six: IPv6Address
    port: int


class Hostile:
    """The generator: the same frames for the same seed."""

    def __init__(self, victim: Victim, seed: int) -> None:
        """Against that victim."""
        self.victim = victim
        self.random = Random(seed)
        self._makers: tuple[Callable[[], bytes], ...] = (
            *(self._arp, self._icmp, self._udp, self._tcp, self._tcp, self._fragment, self._with_options),
            *(self._igmp, self._dhcp, self._dns, self._ntp, self._icmp6, self._neighbour, self._router, self._extended),
            *(self._fragment6, self._udp6, self._tcp6),
        )

    def frames(self, count: int) -> Iterator[bytes]:
        """So many, each of 14 to 1514 bytes."""
        for _ in range(count):
            frame = self.random.choice(self._makers)()
            changes = self.random.choice((0, 1, 1, 2, 4))
            for _ in range(changes):
                frame = self._changed(frame)
            if changes and self.random.random() < 0.5:
                frame = made_good(frame)
            yield (frame + bytes(14))[: max(14, min(len(frame), MOST_BYTES))]

    def _changed(self, frame: bytes) -> bytes:
        data = bytearray(frame)
        at = self.random.randrange(12, len(data)) if len(data) > 12 else 0
        match self.random.randrange(6):
            case 0:
                data[at : at + 1] = bytes([data[at] ^ 1 << self.random.randrange(8)]) if data else b""
            case 1:
                data[at : at + 1] = bytes([self.random.choice(EDGES)])
            case 2:
                data[at : at + 2] = struct.pack("!H", self.random.choice((0, 1, 8, 20, 39, 1500, 32767, 65535)))
            case 3:
                del data[at:]
            case 4:
                data += self.random.randbytes(self.random.randrange(1, 600))
            case _:
                data[at : at + 8] = self.random.randbytes(8)
        return bytes(data)

    def _frame(self, kind: int, payload: bytes, to: bytes = b"") -> bytes:
        source = bytes([2, 0xBA, 0xD0, 0, self.random.randrange(4), self.random.randrange(256)])
        return frames.ethernet(to or self.random.choice((self.victim.hardware, frames.ALL)), source, kind, payload)

    def _ip(self, packet: Packet) -> bytes:
        kind = frames.IPV4 if packet.source.version == 4 else frames.IPV6
        return self._frame(kind, frames.ip(packet), self.victim.hardware)

    def _stranger(self, like: Address) -> Address:
        number = self.random.randrange(3, 254)
        if isinstance(like, IPv4Address):
            near = IPv4Address(int(like) & ~255 | number)
            return self.random.choice((near, near, IPv4Address(self.random.getrandbits(32)), like))
        near6 = IPv6Address(int(like) & ~0xFFFF | number)
        of_link = IPv6Address(int(ip_address("fe80::")) | number)
        return self.random.choice((near6, of_link, IPv6Address(self.random.getrandbits(128)), like))

    def _some(self, most: int = 200) -> bytes:
        return self.random.randbytes(self.random.randrange(most))

    def _port(self) -> int:
        return self.random.choice((*PORTS, self.victim.port, self.victim.port))

    def _arp(self) -> bytes:
        four = self.victim.four
        who = self._stranger(four)
        assert isinstance(who, IPv4Address)
        return self._frame(
            frames.ARP, frames.arp(self.random.randrange(4), self._some(7)[:6].ljust(6), who, bytes(6), four)
        )

    def _icmp(self) -> bytes:
        kind, four = self.random.choice(ICMP_KINDS), self.victim.four
        return self._ip(frames.icmp(self._stranger(four), four, kind, self._rest(four), self.random.randrange(6)))

    def _icmp6(self) -> bytes:
        kind, six = self.random.choice(ICMP6_KINDS), self.victim.six
        return self._ip(frames.icmp(self._stranger(six), six, kind, self._rest(six), self.random.randrange(6)))

    def _rest(self, own: Address) -> bytes:
        """Anything, or what quotes a packet as if it had come from the victim."""
        protocol = self.random.choice((frames.TCP, frames.UDP, self.random.randrange(256)))
        quoted = frames.ip(Packet(own, self._stranger(own), protocol, self._some(40)))
        return self.random.choice((self._some(), bytes(4) + quoted))

    def _udp(self, version: int = 4, port: int = 0, data: bytes | None = None, source_port: int = 0) -> bytes:
        own = self.victim.four if version == 4 else self.victim.six
        content = self._some(1400) if data is None else data
        datagram = Datagram(self._stranger(own), own, source_port or self._port(), port or self._port(), content)
        return self._ip(frames.udp(datagram))

    def _udp6(self) -> bytes:
        return self._udp(6)

    def _tcp(self, version: int = 4) -> bytes:
        own = self.victim.four if version == 4 else self.victim.six
        options = self.random.choice((b"", b"\2\4\5\xb4", b"\1\3\3\7", b"\4\2\1\1", self._some(41)))
        options += bytes(-len(options) % 4)
        flags = self.random.choice((2, 2, 4, 16, 17, 18, 24, 41, self.random.randrange(256)))
        numbers = (self.random.getrandbits(32), self.random.getrandbits(32))
        head = struct.pack("!HHII", self.random.randrange(65536), self._port(), *numbers)
        head += struct.pack(
            "!BBHHH", (5 + len(options) // 4) << 4 & 0xFF, flags, self.random.choice((0, 1, 65535)), 0, 0
        )
        packet = Packet(self._stranger(own), own, frames.TCP, head + options + self._some(300))
        return self._ip(frames.with_checksum(packet, 16))

    def _tcp6(self) -> bytes:
        return self._tcp(6)

    def _fragment(self) -> bytes:
        four = self.victim.four
        offset = self.random.choice((0, 0x2000, 0x2000 | self.random.randrange(8190), self.random.randrange(8190)))
        protocol = self.random.choice((frames.ICMP, frames.TCP, frames.UDP))
        packet = Packet(self._stranger(four), four, protocol, self._some(1400))
        payload = frames.ipv4(packet, identification=self.random.randrange(4), fragment=offset)
        return self._frame(frames.IPV4, payload, self.victim.hardware)

    def _with_options(self) -> bytes:
        words = self.random.randrange(1, 11)
        packet = frames.ipv4(frames.icmp(self._stranger(self.victim.four), self.victim.four, 8, self._some()))
        head = bytes([0x45 + words]) + packet[1:20] + self.random.randbytes(4 * words)
        return self._frame(frames.IPV4, made_good(bytes(14) + head + packet[20:])[14:], self.victim.hardware)

    def _igmp(self) -> bytes:
        data = struct.pack(
            "!BBHI", self.random.choice((0x11, 0x12, 0x16, 0x17, 0x22)), 1, 0, self.random.getrandbits(32)
        )
        return self._ip(Packet(self._stranger(self.victim.four), self.victim.four, 2, data + self._some(40)))

    def _dhcp(self) -> bytes:
        head = b"\2\1\6\0" + self.random.randbytes(4) + bytes(8) + self.victim.four.packed + bytes(8)
        head += self.victim.hardware + bytes(202) + dhcp.COOKIE
        kind = bytes([dhcp.MESSAGE, 1, self.random.choice((dhcp.OFFER, dhcp.ACK, dhcp.NAK, self.random.randrange(9)))])
        options = {dhcp.SERVER: 4, dhcp.MASK: 4, dhcp.ROUTER: 4, dhcp.DNS: 8, dhcp.LEASE: 4, dhcp.NTP: 4, 58: 4, 59: 4}
        chosen = self.random.sample(sorted(options), self.random.randrange(9))
        more = b"".join(bytes([code, options[code]]) + self.random.randbytes(options[code]) for code in chosen)
        return self._udp(4, 68, head + kind + more + self.random.choice((b"\xff", self._some(60))), 67)

    def _dns(self) -> bytes:
        counts = [self.random.choice((0, 1, 1, 2, 65535)) for _ in range(4)]
        head = struct.pack("!HHHHHH", self.random.randrange(65536), 0x8180, *counts)
        name = self.random.choice((b"\7example\3com\0", b"\xc0\x0c", b"\xc0\xff", b"\x3f" + bytes(70), b"\0"))
        record = name + struct.pack(
            "!HHIH", self.random.choice((1, 5, 12, 28, 33)), 1, 60, self.random.choice((4, 16, 65535))
        )
        return self._udp(
            4, self.random.choice((5353, 49152, 53)), head + name + b"\0\1\0\1" + record + self._some(40), 53
        )

    def _ntp(self) -> bytes:
        head = bytes([self.random.choice((0x24, 0x24, 0x1C, 0xE4)), self.random.choice((0, 1, 2, 15, 16)), 6, 0xEC])
        root = self.random.choice((bytes(12), self.random.randbytes(12)))
        received = self.random.randbytes(8)
        sent = self.random.choice((received, self.random.randbytes(8)))
        data = head + root + self.random.randbytes(16) + received + sent + self.random.choice((b"", b"", self._some()))
        return self._udp(4, self.random.choice((123, 49152)), data, 123)

    def _neighbour(self) -> bytes:
        target = self.random.choice((self.victim.six, self._stranger(self.victim.six)))
        rest = self.random.randbytes(4) + target.packed + bytes([self.random.randrange(6), self.random.randrange(3)])
        kind = self.random.choice((135, 136, 137))
        return self._ip(frames.icmp(self._stranger(self.victim.six), self.victim.six, kind, rest + self._some(30)))

    def _router(self) -> bytes:
        rest = struct.pack("!BBHII", 64, self.random.randrange(256), self.random.choice((0, 1, 9000)), 0, 0)
        option = bytes([self.random.choice((1, 3, 5, 25)), self.random.randrange(6)]) + self._some(60)
        source = IPv6Address(int(ip_address("fe80::")) | self.random.randrange(3, 254))
        return self._ip(frames.icmp(source, ip_address("ff02::1"), 134, rest + option))

    def _extended(self) -> bytes:
        carried, following = b"", self.random.choice((frames.UDP, frames.TCP, frames.ICMP6, 59))
        for _ in range(self.random.randrange(1, 5)):
            carried = bytes([following, self.random.choice((0, 0, 0, 1, 255))]) + self.random.randbytes(6) + carried
            following = self.random.choice(IPV6_OPTIONS)
        return self._ip(Packet(self._stranger(self.victim.six), self.victim.six, following, carried + self._some()))

    def _fragment6(self) -> bytes:
        place = self.random.choice((1, 0, self.random.randrange(8190) << 3 | 1, self.random.randrange(8190) << 3))
        head = struct.pack("!BBHI", self.random.choice((frames.UDP, frames.ICMP6)), 0, place, self.random.randrange(4))
        return self._ip(Packet(self._stranger(self.victim.six), self.victim.six, 44, head + self._some(1400)))


def made_good(frame: bytes) -> bytes:
    """The frame with right check sums, as far as there is a packet in it."""
    if frame[12:14] == b"\x08\0" and len(frame) >= 34:
        end = 14 + max(20, (frame[14] & 15) * 4)
        head = frame[14:24] + b"\0\0" + frame[26:end]
        frame = frame[:24] + struct.pack("!H", frames.checksum(head)) + frame[26:]
    packet = frames.read_ip(frame)
    places = {frames.ICMP: 2, frames.ICMP6: 2, frames.TCP: 16, frames.UDP: 6}
    place = places.get(packet.protocol) if packet else None
    if packet is None or place is None or len(packet.payload) < place + 2:
        return frame
    cleared = Packet(
        packet.source, packet.to, packet.protocol, packet.payload[:place] + b"\0\0" + packet.payload[place + 2 :]
    )
    payload = frames.with_checksum(cleared, place).payload
    start = (
        len(frame) - len(frame.partition(packet.payload)[2]) - len(packet.payload) if packet.payload in frame else -1
    )
    return frame if start < 0 else frame[:start] + payload + frame[start + len(payload) :]
