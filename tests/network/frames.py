"""Frames as bytes, made and read: Ethernet, ARP, IPv4 and IPv6, ICMP, UDP. Each function names its standard."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

ALL: Final = b"\xff" * 6
ARP: Final = 0x0806
IPV4: Final = 0x0800
IPV6: Final = 0x86DD
ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
ICMP6: Final = 58
ECHO: Final = {ICMP: (8, 0), ICMP6: (128, 129)}
"""Request and reply. RFC 792, RFC 4443."""


@dataclass(frozen=True)
class Packet:
    """A packet of the Internet protocol: who sends it, to whom, and what it carries."""

    source: Address
    to: Address
    protocol: int
    payload: bytes
    hardware: bytes = b""
    """The frame's source address."""


@dataclass(frozen=True)
class Datagram:
    """A datagram of UDP, with the addresses of its packet."""

    source: Address
    to: Address
    source_port: int
    port: int
    data: bytes


def checksum(data: bytes) -> int:
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(to: bytes, source: bytes, kind: int, payload: bytes) -> bytes:
    """IEEE 802.3, section 3.1.1."""
    return to + source + struct.pack("!H", kind) + payload


def arp(operation: int, hardware: bytes, address: IPv4Address, to_hardware: bytes, to: IPv4Address) -> bytes:
    """RFC 826: 1 asks, 2 answers."""
    head = struct.pack("!HHBBH", 1, IPV4, 6, 4, operation)
    return head + hardware + address.packed + to_hardware + to.packed


def ipv4(packet: Packet, identification: int = 1, fragment: int = 0) -> bytes:
    """RFC 791, section 3.1."""
    length = 20 + len(packet.payload)
    head = struct.pack("!BBHHHBBH", 0x45, 0, length, identification, fragment, 64, packet.protocol, 0)
    head += packet.source.packed + packet.to.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + packet.payload


def ipv6(packet: Packet) -> bytes:
    """RFC 8200, section 3; what stays on the link has the hop limit that RFC 4861 demands."""
    head = struct.pack("!IHBB", 6 << 28, len(packet.payload), packet.protocol, 255)
    return head + packet.source.packed + packet.to.packed + packet.payload


def ip(packet: Packet) -> bytes:
    """The packet in its version."""
    return ipv4(packet) if packet.source.version == 4 else ipv6(packet)


def pseudo(packet: Packet) -> bytes:
    """What a check sum covers before the payload. RFC 768; RFC 8200, section 8.1."""
    ends = packet.source.packed + packet.to.packed
    if packet.source.version == 4:
        return ends + struct.pack("!BBH", 0, packet.protocol, len(packet.payload))
    return ends + struct.pack("!II", len(packet.payload), packet.protocol)


def with_checksum(packet: Packet, place: int) -> Packet:
    """The packet with the check sum of its payload in it, at that place; version 4's ICMP covers the payload alone."""
    covered = packet.payload if packet.protocol == ICMP else pseudo(packet) + packet.payload
    value = checksum(covered) or 0xFFFF
    payload = packet.payload[:place] + struct.pack("!H", value) + packet.payload[place + 2 :]
    return Packet(packet.source, packet.to, packet.protocol, payload)


def udp(datagram: Datagram) -> Packet:
    """RFC 768."""
    head = struct.pack("!HHHH", datagram.source_port, datagram.port, 8 + len(datagram.data), 0)
    return with_checksum(Packet(datagram.source, datagram.to, UDP, head + datagram.data), 6)


def icmp(source: Address, to: Address, kind: int, rest: bytes, code: int = 0) -> Packet:
    """RFC 792 or RFC 4443: `rest` follows the check sum."""
    protocol = ICMP if source.version == 4 else ICMP6
    return with_checksum(Packet(source, to, protocol, struct.pack("!BBH", kind, code, 0) + rest), 2)


def read_ip(frame: bytes) -> Packet | None:
    """The packet in a frame, or None: it is no packet, or not whole."""
    kind, head = int.from_bytes(frame[12:14]), frame[14:]
    if kind == IPV4 and len(head) >= 20:
        start, end = (head[0] & 15) * 4, struct.unpack_from("!H", head, 2)[0]
        return Packet(ip_address(head[12:16]), ip_address(head[16:20]), head[9], head[start:end], frame[6:12])
    if kind == IPV6 and len(head) >= 40:
        end = 40 + struct.unpack_from("!H", head, 4)[0]
        return Packet(ip_address(head[8:24]), ip_address(head[24:40]), head[6], head[40:end], frame[6:12])
    return None


def read_udp(packet: Packet) -> Datagram | None:
    """The datagram in a packet, or None: it carries none, or its check sum is wrong."""
    if packet.protocol != UDP or len(packet.payload) < 8:
        return None
    source_port, port, _, said = struct.unpack_from("!HHHH", packet.payload)
    if said and checksum(pseudo(packet) + packet.payload):
        return None
    return Datagram(packet.source, packet.to, source_port, port, packet.payload[8:])


def group_hardware(to: Address) -> bytes:
    """Where a packet for a group, or for all, goes. RFC 1112, section 6.4; RFC 2464, section 7."""
    if isinstance(to, IPv6Address):
        return b"\x33\x33" + to.packed[12:]
    if to.is_multicast:
        return b"\x01\x00\x5e" + bytes([to.packed[1] & 127]) + to.packed[2:]
    return ALL
