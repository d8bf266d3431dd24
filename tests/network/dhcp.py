"""A DHCP server of ours, for what a real one does seldom: it can be silent, refuse, and lend for seconds. RFC 2131, 2132."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

from tests.network.frames import Datagram

SERVER_PORT: Final = 67
COOKIE: Final = bytes((99, 130, 83, 99))
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK = 1, 2, 3, 4, 5, 6
MASK, ROUTER, DNS, HOST_NAME, NTP = 1, 3, 6, 12, 42
WANTED_ADDRESS, LEASE, MESSAGE, SERVER = 50, 51, 53, 54
PAD, END = 0, 255


@dataclass(frozen=True)
class Message:
    """What a client said: the kind, its own address if it has one, and the options."""

    kind: int
    address: IPv4Address
    options: dict[int, bytes]


@dataclass
class DhcpServer:
    """Answers at `address`: lends `lends`; `silent` or with `refuses` it does not. `said` has all that clients said."""

    address: str = "10.0.2.2"
    lends: str = "10.0.2.50"
    lease_s: int = 3600
    silent: bool = False
    refuses: bool = False
    said: list[Message] = field(default_factory=list)

    def answer(self, datagram: Datagram) -> bytes | None:
        """The answer to a message; None: there is none."""
        data = datagram.data
        if len(data) < 241 or data[0] != 1 or data[236:240] != COOKIE:
            return None
        options = read_options(data[240:])
        message = Message(options[MESSAGE][0], IPv4Address(data[12:16]), options)
        self.said.append(message)
        if self.silent or message.kind not in (DISCOVER, REQUEST):
            return None
        kind = OFFER if message.kind == DISCOVER else NAK if self.refuses else ACK
        head = b"\2\1\6\0" + data[4:8] + bytes(8)
        head += (bytes(4) if kind == NAK else IPv4Address(self.lends).packed) + bytes(8) + data[28:44] + bytes(192)
        return head + COOKIE + self._options(kind)

    def _options(self, kind: int) -> bytes:
        own = IPv4Address(self.address).packed
        found = {MESSAGE: bytes([kind]), SERVER: own}
        if kind != NAK:
            found |= {MASK: b"\xff\xff\xff\0", ROUTER: own, DNS: own, NTP: own, LEASE: struct.pack("!I", self.lease_s)}
        return b"".join(bytes([code, len(value)]) + value for code, value in found.items()) + bytes([END])


def read_options(data: bytes) -> dict[int, bytes]:
    """The options by their codes. RFC 2132, section 2."""
    found = {}
    at = 0
    while at + 1 < len(data) and data[at] != END:
        if data[at] == PAD:
            at += 1
            continue
        found[data[at]] = data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found
