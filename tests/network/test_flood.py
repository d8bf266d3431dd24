"""Peers that begin and never go on: many half connections, and many that take nothing of what they asked for."""

from __future__ import annotations

import asyncio
import contextlib
from ipaddress import IPv4Address
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.network.asked import network_name
from tests.network.frames import IPV4, ethernet, ip
from tests.network.peer import peer
from tests.network.segments import ACK, PSH, RST, SYN, End, Ends, Segment, ends
from tests.network.served import PORT, Served, answer, image_of, request, served
from unikernel.build.image import Image
from unikernel.devices import Network, StaticIp, TcpSockets, VirtioNet

OWN: Final = "10.0.2.15"
HARDWARE: Final = bytes.fromhex("020000000007")
HALVES: Final = 5000
BURST: Final = 100
GREEDY: Final = 40
BIG: Final = 100_000
AGAIN_S: Final = 1.0
PATIENCE_S: Final = 60


def image_on(network: str, folder: Path) -> Image:
    link = VirtioNet(Network(network), mac="02:00:00:00:00:07")
    return image_of(folder, link, StaticIp(name="ip"), TcpSockets())


async def asked_of(each: Ends, path: str = "/hello") -> bytes:
    """What the service answers to a peer that says everything again until it is heard."""
    end = each.end(OWN, PORT)
    wanted = answer(path.encode())
    async with asyncio.timeout(PATIENCE_S):
        await end.open()
        first = end.number
        while True:
            end.number = first
            await end.say(ACK | PSH, request(path))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    found = await end.take(len(wanted))
                    await end.reset()
                    return found


async def flood(folder: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, ends(host) as each, served(image_on(lab, folder)) as app:
        before = await app.ask("used()")
        await host.ping(OWN)
        chance = Random(5)
        async with Network(lab).port("flood") as port:
            for number in range(HALVES // BURST):
                for _ in range(BURST):
                    await port.send(half(chance))
                await app.ask("len(clients)")  # it has the time to look at them
                if number % 10 == 5:
                    assert await asked_of(each) == answer(b"/hello")
        held = await app.ask("{name: pool.most for name, pool in ip.pools().items()}")
        assert held["connections"] > 200
        assert await asked_of(each) == answer(b"/hello")
        await app.settled(before)


@pytest.mark.beside.with_args(flood)
async def test_after_a_flood_of_half_connections_the_service_answers_and_holds_nothing(end: asyncio.Task[None]) -> None:
    await end


def half(chance: Random) -> bytes:
    """The first segment of a connection that nobody wants: from the network, where nobody has the address, or from afar."""
    near = IPv4Address(f"10.0.2.{chance.randrange(100, 250)}")
    source = chance.choice((near, IPv4Address(chance.randrange(0x0B000000, 0xDF000000))))
    numbers = (chance.randrange(1024, 65536), PORT, chance.getrandbits(32))
    segment = Segment(source, IPv4Address(OWN), *numbers, flags=SYN, options=b"\2\4\5\xb4")
    return ethernet(HARDWARE, b"\2\xba\xd0\0\0\1", IPV4, ip(segment.packet()))


async def greedy(each: Ends, path: str, *, last: bool) -> End:
    """Asks, and takes nothing: its window is closed."""
    end = each.end(OWN, PORT)
    await end.open(window=0)
    await end.say(ACK | PSH, request(path, last=last), window=0)
    await end.hear(ACK)
    return end


async def probed(end: End) -> None:
    """Says, as often as it is asked, that its window is still closed; without an end."""
    while True:
        segment = await end.heard.get()
        if segment.flags & RST:
            return
        await end.say(ACK, window=0)


async def big(app: Served, each: Ends) -> None:
    end = each.end(OWN, PORT)
    await end.open()
    await end.say(ACK | PSH, request(f"/send/{BIG}"))
    found = await end.take(len(answer(bytes(BIG))))
    assert found == answer(bytes(BIG))
    await end.reset()


async def takers_of_nothing(folder: Path) -> None:
    """Half of them ask for what the service has not written when they are reset; for the others it has, and has closed."""
    lab = network_name()
    async with peer(lab) as host, ends(host) as each, served(image_on(lab, folder)) as app:
        before = await app.ask("used()")
        closed = [await greedy(each, "/send/4000", last=True) for _ in range(GREEDY)]
        async with asyncio.timeout(PATIENCE_S):
            while await app.ask("len(clients)"):
                await asyncio.sleep(0.1)
        waited_for = [await greedy(each, f"/send/{BIG}", last=False) for _ in range(GREEDY)]
        async with asyncio.TaskGroup() as group:
            probes = [group.create_task(probed(end)) for end in (*waited_for, *closed)]
            assert await asked_of(each) == answer(b"/hello")
            await big(app, each)
            for end in waited_for:
                await end.reset()
            await app.settled(before)
            for probe in probes:
                probe.cancel()
        assert await app.ask("len(clients)") == 0
        assert await asked_of(each) == answer(b"/hello")


@pytest.mark.beside.with_args(takers_of_nothing)
async def test_peers_that_take_nothing_hold_up_nobody_and_their_memory_comes_back(end: asyncio.Task[None]) -> None:
    await end
