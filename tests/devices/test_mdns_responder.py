"""MdnsResponder: the machine answers for its name on the link, and gives way to who has it already."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Final

from tests.network import dhcp, frames
from tests.network.asked import asked, image_of, network_name
from tests.network.dhcp import DhcpServer
from tests.network.frames import Datagram, Packet
from tests.network.peer import Peer, peer
from unikernel.devices import DhcpIp, MdnsResponder, Network, StaticIp, UdpSockets, VirtioNet
from unikernel.devices.device import Device

PORT: Final = 5353
GROUP: Final = "224.0.0.251"
A, ANY, INTERNET, FLUSH = 1, 255, 1, 0x8000
ANSWER: Final = 0x8400
"""An answer with authority. RFC 6762, section 18."""


def name_of(host: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in (host, "local")) + b"\0"


def question(host: str) -> bytes:
    return struct.pack("!6H", 0, 0, 1, 0, 0, 0) + name_of(host) + struct.pack("!HH", A, INTERNET)


def answer(host: str, address: str) -> bytes:
    record = name_of(host) + struct.pack("!HHIH", A, INTERNET | FLUSH, 120, 4) + IPv4Address(address).packed
    return struct.pack("!6H", 0, ANSWER, 0, 1, 0, 0) + record


def says(packet: Packet, host: str, address: str) -> bool:
    """Whether it is an answer that gives that host that address."""
    found = frames.read_udp(packet)
    record = struct.pack("!HHIH", A, INTERNET | FLUSH, 120, 4) + IPv4Address(address).packed
    return bool(
        found
        and found.port == PORT
        and found.data[2:4] == b"\x84\0"
        and name_of(host) in found.data
        and record in found.data
    )


def probes(packet: Packet, host: str) -> bool:
    """Whether it asks if anybody has that name. Section 8.1."""
    found = frames.read_udp(packet)
    return bool(found and found.port == PORT and found.data[2:4] == b"\0\0" and name_of(host) + b"\0\xff" in found.data)


async def to_all(host: Peer, data: bytes) -> None:
    await host.send(frames.udp(Datagram(host.addresses[0], ip_address(GROUP), PORT, PORT, data)))


def devices(lab: str, responder: MdnsResponder) -> tuple[Device, ...]:
    return (VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), responder)


async def test_the_name_is_asked_for_announced_and_answered(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image_of(tmp_path, *devices(lab, MdnsResponder()), name="web_one")):
        await host.hear(lambda each: probes(each, "web-one"))
        await host.hear(lambda each: says(each, "web-one", "10.0.2.15"))
        await to_all(host, question("nobody"))
        await to_all(host, question("web-one"))
        await host.hear(lambda each: says(each, "web-one", "10.0.2.15"))


async def test_who_gets_an_address_late_answers_then(tmp_path: Path) -> None:
    lab = network_name()
    late = (VirtioNet(Network(lab)), DhcpIp(name="ip"), UdpSockets(), MdnsResponder(hostname="web"))
    async with peer(lab) as host, asked(image_of(tmp_path, *late)) as app:
        host.served[dhcp.SERVER_PORT] = DhcpServer().answer
        assert await app.ask("ip.wait(20)") == "10.0.2.50/24"
        await host.hear(lambda each: says(each, "web", "10.0.2.50"))


async def test_a_name_that_somebody_has_gets_a_number(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image_of(tmp_path, *devices(lab, MdnsResponder(hostname="web")))):
        await host.hear(lambda each: probes(each, "web"))
        await to_all(host, answer("web", "10.0.2.2"))
        await host.hear(lambda each: probes(each, "web-2"))
        await host.hear(lambda each: says(each, "web-2", "10.0.2.15"))
