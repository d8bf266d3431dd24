"""A hostile network: 100 000 frames that are wrong in every way, and afterwards all is as it was."""

from __future__ import annotations

import asyncio
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

import pytest

from tests.network import dhcp, frames
from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.dhcp import DhcpServer
from tests.network.hostile import Hostile, Victim
from tests.network.peer import ROUTER_ADVERTISEMENT, Peer, peer
from unikernel.devices import BothIps, DhcpIp, DnsResolver, Ipv6, Network, TcpSockets, UdpSockets, VirtioNet

FRAMES: Final = 100_000
SEED: Final = 3
PATIENCE_S: Final = 75
"""Until all that was begun has been given up: half a packet, half a connection."""
SETUP: Final = """
server = socket.socket()
server.bind(("", 7))
server.listen(8)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("", 123))
datagrams.setblocking(False)
def read():
    count = 0
    try:
        while True:
            datagrams.recv(2000)
            count += 1
    except OSError as error:
        return count, error.errno
def used():
    return {name: pool.used for name, pool in ip.pools().items()}
"""
FOUR, SIX = "10.0.2.50", "fd00:9::15"


async def settled(app: Asked, host: Peer, wanted: dict[str, int]) -> None:
    """Waits until the pools are as full as that. Routers that never were are held as long as they said; they take leave."""
    for router in await app.ask("device('six').gateways"):
        leave = struct.pack("!BBHII", 64, 0, 0, 0, 0)
        await host.send(frames.icmp(ip_address(router), ip_address("ff02::1"), ROUTER_ADVERTISEMENT, leave))
    found = {}
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (found := await app.ask("used()")) != wanted:
                await asyncio.sleep(1)
    except TimeoutError:
        assert found == wanted


async def hostile_frames(folder: Path) -> None:
    lab = network_name()
    link = VirtioNet(Network(lab), mac="02:00:00:00:00:07")
    six = Ipv6(name="six", link=link, address=f"{SIX}/64")
    both = BothIps(name="ip", first=DhcpIp(name="four", link=link), second=six)
    udp = UdpSockets(ip=both)
    devices = (both, TcpSockets(ip=both), udp, DnsResolver(udp=udp, servers="10.0.2.2"))
    image = image_of(folder, *devices, setup=SETUP)
    victim = Victim(bytes.fromhex("020000000007"), IPv4Address(FOUR), IPv6Address(SIX), 7)
    async with asked(image) as app:
        async with peer(lab, "10.0.2.2", "fd00:9::1") as host:
            host.served[dhcp.SERVER_PORT] = DhcpServer(lends=FOUR).answer
            assert await app.ask("device('four').wait(20), device('six').wait(20)") == (f"{FOUR}/24", f"{SIX}/64")
            await host.ping(FOUR)
            await host.ping(SIX)
        before, counted = await app.ask("used()"), await app.ask("ip.counts()")
        async with Network(lab).port("hostile") as port:
            for frame in Hostile(victim, SEED).frames(FRAMES):
                await port.send(frame)
        after = await app.ask("ip.counts()", PATIENCE_S)
        assert after["frames_in"] - counted["frames_in"] > 0.9 * FRAMES
        assert after["errors"] > counted["errors"]
        count, errno = await app.ask("read()")
        assert (count > 0, errno) == (True, 11)  # what has come, and no more
        async with peer(lab, "10.0.2.3", "fd00:9::3", hardware=b"\2\0\0\0\0\3") as host:
            assert await host.ping(FOUR, b"x" * 1000) == b"x" * 1000
            assert await host.ping(SIX, b"x" * 1000) == b"x" * 1000
            await settled(app, host, before)


@pytest.mark.beside.with_args(hostile_frames)
async def test_after_100_000_hostile_frames_the_machine_answers_and_holds_nothing(end: asyncio.Task[None]) -> None:
    await end
