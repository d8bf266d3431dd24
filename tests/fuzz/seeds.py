"""Inputs to begin with for the target ``network``: what good hosts say, and an app that does with its sockets what apps do.

They are programs in the language of ``fuzz_network.c``, ``sockets.c`` and ``wire.c``: a byte says what, others how.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from tests.network import dhcp, frames
from tests.network.frames import Address, Datagram, Packet

SOCKET, FRAME, PASS, PASS_LONG, FIND, SAY, PING, PLUG, CROWD, REFUSE = 0, 8, 16, 17, 18, 19, 20, 21, 22, 23
CLOSE, BIND, CONNECT, LISTEN, ACCEPT, SEND, RECEIVE, SHUTDOWN, LOOK, OPTION, GROUP = range(11)
FRESH, ANSWER, MEASURED, WHOLE, QUOTED = (16 * way for way in range(5))
ARP, TCP, OTHER, DHCP, DNS, NTP, MDNS, SIX = 0, 1, 3, 4, 5, 6, 7, 8
ND: Final = SIX + 2
TCP_FLAGS, UDP_DATA, TO_THE_END, ELSEWHERE = 47, 42, 255, 254
FIN, SYN, RST, PUSH, ACK = 1, 2, 4, 8, 16
OWN, OWN6 = IPv4Address("10.0.2.50"), IPv6Address("fd00:9::15")
PEER, PEER6 = IPv4Address("10.0.2.2"), IPv6Address("fd00:9::1")
OWN_HARDWARE, PEER_HARDWARE = b"\2\0\0\0\0\7", b"\2\0\0\0\0\2"


def run(at: int, content: bytes) -> bytes:
    """Bytes that are written at a place of a frame."""
    place = bytes([at]) if at < ELSEWHERE or at == TO_THE_END else bytes([ELSEWHERE]) + struct.pack("<H", at)
    return place + bytes([len(content)]) + content


def frame(what: int, *runs: bytes) -> bytes:
    """A frame that comes: made of nothing, or of what was heard."""
    return bytes([FRAME, what, len(runs)]) + b"".join(runs)


def raw(content: bytes) -> bytes:
    """A frame of those bytes, for the first link."""
    parts = [content[at : at + 255] for at in range(0, len(content), 255)]
    return frame(FRESH, run(0, parts[0]), *(run(TO_THE_END, part) for part in parts[1:]))


def quoted(what: int, code: int) -> bytes:
    """What was heard, in a message that says why it did not arrive."""
    return bytes([FRAME, QUOTED + what, code, 0])


def packet(of: Packet, to: bytes = OWN_HARDWARE) -> bytes:
    """A frame of a packet."""
    kind = frames.IPV4 if of.source.version == 4 else frames.IPV6
    return raw(frames.ethernet(to, PEER_HARDWARE, kind, frames.ip(of)))


def use(slot: int, *what: int) -> bytes:
    """Something with a socket."""
    return bytes([SOCKET, slot, *what])


def segment(own: Address, peer: Address, flags: int) -> bytes:
    """The first segment of a peer, to port 7."""
    head = struct.pack("!HHIIBBHHH", 1234, 7, 1000, 0, 5 << 4, flags, 65535, 0, 0)
    return packet(frames.with_checksum(Packet(peer, own, frames.TCP, head), 16))


def advertised() -> bytes:
    """What a router says of itself. RFC 4861, section 4.2."""
    prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 1800, 0) + ip_address("fd00:9::").packed
    rest = struct.pack("!BBHII", 64, 0, 1800, 0, 0) + bytes([1, 1]) + PEER_HARDWARE + prefix
    rest += struct.pack("!BBHI", 25, 3, 0, 600) + PEER6.packed  # RFC 8106: a server for names
    message = frames.icmp(ip_address("fe80::2"), ip_address("ff02::1"), 134, rest)
    return packet(message, frames.group_hardware(ip_address("ff02::1")))


def lease(kind: int) -> bytes:
    """What a server of addresses says to what it was asked."""
    own = PEER.packed
    options = {dhcp.SERVER: own, dhcp.MASK: b"\xff\xff\xff\0", dhcp.ROUTER: own, dhcp.DNS: own, dhcp.NTP: own}
    content = bytes([dhcp.MESSAGE, 1, kind, dhcp.LEASE, 4]) + struct.pack("!I", 60)
    content += b"".join(bytes([code, len(value)]) + value for code, value in options.items()) + bytes([dhcp.END])
    given = run(UDP_DATA + 16, IPv4Address("10.0.2.60").packed)
    return frame(MEASURED + DHCP, run(UDP_DATA, b"\2"), given, run(UDP_DATA + 240, content))


def named(record: bytes) -> bytes:
    """What a server of names says to what it was asked."""
    head = run(UDP_DATA + 2, b"\x81\x80\0\1\0\1\0\0\0\0")
    return frame(MEASURED + DNS, head, run(TO_THE_END, b"\xc0\x0c" + record))


def write(target: str, folder: Path) -> list[Path]:
    """Writes those of a target there, if it has any."""
    found = {folder / f"seed-{name}": content for name, content in seeds().items() if target == "network"}
    for path, content in found.items():
        path.write_bytes(content)
    return list(found)


def seeds() -> dict[str, bytes]:
    """The inputs, by name."""
    later = bytes([PASS_LONG, 4]) * 3  # nobody has the same addresses of version 6
    arp, nd = frame(ANSWER + ARP), frame(ANSWER + ND)
    asks = frames.arp(1, PEER_HARDWARE, PEER, bytes(6), OWN)
    opened = use(0, 1, 1) + use(0, BIND, 0, 0) + use(0, LISTEN)
    opened6 = use(0, 1, 0) + use(0, BIND, 7, 0) + use(0, LISTEN)
    received = use(1, RECEIVE, 0, 1, 200, 0)
    sent = use(1, SEND, 0, 0, 0, 100, 0)
    ended = frame(MEASURED + TCP, run(TCP_FLAGS, bytes([FIN | ACK])))
    told = frame(MEASURED + TCP, run(TCP_FLAGS, bytes([PUSH | ACK])), run(TO_THE_END, b"hello"))
    served = opened + segment(OWN, PEER, SYN) + arp + frame(ANSWER + TCP) + use(0, ACCEPT) + told + use(1, LOOK)
    served += received + sent + frame(ANSWER + TCP)
    served6 = later + opened6 + segment(OWN6, PEER6, SYN) + nd + frame(ANSWER + SIX + TCP) + use(0, ACCEPT) + sent
    asked = use(0, 1, 1) + use(0, CONNECT, 2, 0) + arp + frame(ANSWER + TCP) + use(0, SEND, 0, 0, 0, 50, 1)
    datagram = packet(frames.udp(Datagram(PEER, OWN, 1234, 7, b"hello")))
    heard = use(0, 0, 1) + use(0, BIND, 0, 0) + datagram + use(0, RECEIVE, 1, 1, 50, 0)
    heard += use(0, SEND, 2, 0, 1, 9, 0) + arp + quoted(OTHER, 3) + use(0, LOOK)
    address = struct.pack("!HHIH", 1, 1, 60, 4) + IPv4Address("10.0.2.9").packed
    alias = struct.pack("!HHIH", 5, 1, 60, 8) + b"\1b\3lab\0\0"
    query = b"\0\0\0\0\0\1\0\0\0\0\0\0\6inside\5local\0\0\1\0\1"
    group = ip_address("224.0.0.251")
    mdns = packet(frames.udp(Datagram(PEER, group, 5353, 5353, query)), frames.group_hardware(group))
    conflict = query[:2] + b"\x84\0\0\0\0\1\0\0\0\0" + query[12:26] + b"\x80\1\0\0\0\x78\0\4" + PEER.packed
    claimed = packet(frames.udp(Datagram(PEER, group, 5353, 5353, conflict)), frames.group_hardware(group))
    everybody, everybody6 = ip_address("224.0.0.1"), ip_address("ff02::1")
    asks_group = packet(Packet(PEER, everybody, 2, b"\x11\x64\0\0" + bytes(4)), frames.group_hardware(everybody))
    asked_of = frames.icmp(ip_address("fe80::2"), everybody6, 130, bytes(20))
    asks_group6 = packet(asked_of, frames.group_hardware(everybody6))
    solicits = bytes(4) + OWN6.packed + bytes([1, 1]) + PEER_HARDWARE
    parts = [Packet(PEER, OWN, frames.ICMP, content) for content in (b"\x08\0\0\0" + bytes(20), bytes(16))]
    pieces = [frames.ipv4(part, 9, place) for part, place in zip(parts, (0x2000, 3), strict=True)]
    piece6 = Packet(PEER6, OWN6, 44, bytes([frames.ICMP6, 0, 0, 1]) + bytes(4) + b"\x80" + bytes(23))
    last6 = Packet(PEER6, OWN6, 44, bytes([frames.ICMP6, 0, 0, 24]) + bytes(20))
    fractions = b"".join(raw(frames.ethernet(OWN_HARDWARE, PEER_HARDWARE, frames.IPV4, each)) for each in pieces)
    time = struct.pack("!II", 0xEE000000, 0)
    clock = frame(ANSWER + NTP, run(UDP_DATA, b"\x24\2"), run(UDP_DATA + 32, time + time))
    hop = Packet(PEER6, OWN6, 0, bytes([frames.ICMP6, 0, 5, 2, 0, 0, 1, 0]) + b"\x80" + bytes(11))
    return {
        "arp": raw(frames.ethernet(frames.ALL, PEER_HARDWARE, frames.ARP, asks)),
        "echo": later + packet(frames.icmp(PEER, OWN, 8, bytes(30))) + packet(frames.icmp(PEER6, OWN6, 128, bytes(30))),
        "served": served + ended + use(1, RECEIVE, 0, 0, 9, 0) + use(1, SHUTDOWN, 0, 1) + ended + use(1, CLOSE),
        "words": served + (told + bytes([PASS, 250])) * 3 + use(1, RECEIVE, 1, 0, 7, 0) + received + use(1, CLOSE),
        "reset": served + frame(ANSWER + TCP, run(TCP_FLAGS, bytes([RST | ACK]))) + received + use(1, LOOK),
        "served6": served6 + use(1, CLOSE) + frame(ANSWER + SIX + TCP),
        "asked": asked + frame(ANSWER + TCP) + use(0, SHUTDOWN, 1, 1) + use(0, LOOK),
        "refused": use(0, 1, 1) + use(0, CONNECT, 2, 0) + arp + quoted(TCP, 3) + use(0, LOOK),
        "self": opened
        + use(1, 1, 1)
        + use(1, CONNECT, 4, 0)
        + bytes([PASS, 1]) * 3
        + use(0, ACCEPT)
        + sent
        + bytes([PASS, 1]) * 3
        + use(2, RECEIVE, 1, 1, 50, 0)
        + use(2, CLOSE),
        "datagram": heard,
        "group": use(0, 0, 1) + use(0, GROUP, 6, 0, 1, 0, 1) + use(0, BIND, 0, 0) + use(0, SEND, 6, 0, 1, 5, 0),
        "options": opened + b"".join(use(0, OPTION, option, 1, 5, 0) for option in range(15)),
        "lease": lease(dhcp.OFFER)
        + lease(dhcp.ACK)
        + bytes([PASS_LONG, 240])
        + lease(dhcp.ACK)
        + bytes([PASS_LONG, 255] * 2),
        "no-lease": lease(dhcp.OFFER) + lease(dhcp.NAK),
        "name": bytes([FIND, 0, 1]) + arp + named(address) + bytes([FIND, 0, 1, FIND, 0, 2]),
        "alias": bytes([FIND, 0, 1]) + arp + named(alias) + bytes([PASS_LONG, 9, FIND, 0, 1]),
        "time": bytes([PASS, 9]) + arp + clock + bytes([PASS_LONG, 99]) + clock,
        "own-name": bytes([PASS, 250]) * 2 + claimed + bytes([PASS, 250]) * 9 + mdns + frame(ANSWER + MDNS) + claimed,
        "neighbour": later + packet(frames.icmp(PEER6, OWN6, 135, solicits)) + nd,
        "router": later + advertised() + bytes([PASS_LONG, 8]) + nd + bytes([PASS_LONG, 255] * 2),
        "groups": later + asks_group + asks_group6 + bytes([PASS_LONG, 20]),
        "fragments": later + fractions + packet(piece6) + packet(last6) + bytes([PASS_LONG, 99]),
        "headers": later + packet(hop),
        "log": bytes([SAY]) + arp + bytes([SAY]),
        "ping": bytes([PING, 0]) + arp + frame(ANSWER + 3) + bytes([PING, 1]) + nd + frame(ANSWER + ND),
        "cable": opened + bytes([PLUG, PASS_LONG, 9, PLUG, PASS_LONG, 9]) + segment(OWN, PEER, SYN) + bytes([CROWD]),
        "nothing-left": bytes([REFUSE, 5]) + opened + segment(OWN, PEER, SYN) + bytes([REFUSE, 9]) + heard,
    }
