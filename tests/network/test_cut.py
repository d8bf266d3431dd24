"""What a connection meets on its way: a cable that is pulled, a peer that is gone, packets that must be small."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.peer import peer
from tests.network.segments import ACK, FIN, MSS, PSH, RST, WINDOW, End, Ends, ends
from unikernel.build.image import Image
from unikernel.devices import OPEN, Network, StaticIp, TcpSockets, VirtioNet

LAB: Final = network_name()
OWN: Final = "10.0.2.15"
PORT: Final = 7
TIMED_OUT: Final = 110
IP_AND_TCP_BYTES: Final = 40
SETUP: Final = """
import gc
server = socket.socket()
server.bind(("", 7))
server.listen(8)
server.settimeout(20)
def take(keep=False):
    global guest
    guest = server.accept()[0]
    guest.settimeout(60)
    if keep:
        guest.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)
def used():
    gc.collect()
    return {name: pool.used for name, pool in ip.pools().items()}
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    parts = (VirtioNet(Network(LAB)), StaticIp(name="ip", mtu=OPEN), TcpSockets())
    return image_of(tmp_path_factory.mktemp("cut"), *parts, setup=SETUP)


async def connected(app: Asked, each: Ends, *, keep: bool = False) -> End:
    end = each.end(OWN, PORT)
    await end.open()
    await app.ask(f"take({keep})")
    return end


async def until(app: Asked, expression: str, wanted: object) -> None:
    found = None
    try:
        async with asyncio.timeout(30):
            while (found := await app.ask(expression)) != wanted:
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert found == wanted


async def test_a_connection_outlives_a_cable_that_is_pulled_and_plugged_in_again(image: Image) -> None:
    """What was said meanwhile is said again."""
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        before = await app.ask("used()")
        end = await connected(app, each)
        await end.say(ACK | PSH, b"one")
        assert await app.ask("guest.recv(10)") == b"one"
        await app.machine.link(up=False)
        await until(app, "ip.up", wanted=False)
        assert await app.ask("guest.send(b'two')") == 3
        await app.machine.link(up=True)
        await until(app, "ip.up", wanted=True)
        assert await end.take(3) == b"two"
        await end.say(ACK | PSH, b"three")
        assert await app.ask("guest.recv(10)") == b"three"
        other = each.end(OWN, PORT)
        await other.open()
        for one in (end, other):
            await one.reset()
        await app.ask("guest.close()")
        await until(app, "used()", before)


@pytest.mark.parametrize("at_work", [False, True])
async def test_a_peer_that_is_gone_is_noticed_by_keep_alive(image: Image, *, at_work: bool) -> None:
    """Between two requests, or with half of an answer on its way."""
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        before = await app.ask("used()")
        end = await connected(app, each, keep=True)
        if at_work:
            assert await app.ask("guest.send(b'x' * 20000)") > 0
            await end.take(1000)
        asking = asyncio.ensure_future(app.ask("guest.recv(10)", 90))
        await end.hear(ACK)
        assert await asking == ("OSError", (TIMED_OUT,))
        assert (await app.ask("guest.send(b'x')"))[0] == "OSError"
        await app.ask("guest.close()")
        await until(app, "used()", before)
        assert await echoed(app, each) == b"hello"


async def test_keep_alive_keeps_a_peer_that_answers(image: Image) -> None:
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        end = await connected(app, each, keep=True)
        for _ in range(6):
            probe = await end.heard.get()
            assert not probe.flags & (RST | FIN)
            await end.say(ACK)
        await end.say(ACK | PSH, b"here")
        assert await app.ask("guest.recv(10)") == b"here"


async def echoed(app: Asked, each: Ends) -> bytes:
    end = await connected(app, each)
    await end.say(ACK | PSH, b"hello")
    assert await app.ask("guest.send(guest.recv(5))") == 5
    found = await end.take(5)
    await end.reset()
    await app.ask("guest.close()")
    return found


@pytest.mark.parametrize("mtu", [576, 1280, 1500])
async def test_no_packet_is_larger_than_the_mtu_and_the_peer_is_told(image: Image, mtu: int) -> None:
    async with peer(LAB) as host, ends(host) as each, asked(image, parameters={"ip.mtu": mtu}) as app:
        end = each.end(OWN, PORT)
        agreed = await end.open(options=MSS + (1460).to_bytes(2))
        assert agreed.options[:4] == MSS + (mtu - IP_AND_TCP_BYTES).to_bytes(2)
        await app.ask("take()")
        assert await app.ask("guest.send(b'x' * 9000)") == 9000
        assert await largest(end, 9000) == mtu - IP_AND_TCP_BYTES


async def largest(end: End, count: int) -> int:
    """The largest segment of so many bytes, which are all taken."""
    most = 0
    async with asyncio.timeout(30):
        while count > 0:
            segment = await end.heard.get()
            if segment.number == end.expected and segment.data:
                most = max(most, len(segment.data))
                count -= len(segment.data)
                end.expected = segment.next
            if segment.data:
                await end.say(ACK)
    return most


@pytest.mark.parametrize(("mss", "window"), [(1, WINDOW), (1460, 2)])
async def test_a_peer_that_wants_a_byte_a_segment_gets_it_and_holds_up_nobody(
    image: Image, mss: int, window: int
) -> None:
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        before = await app.ask("used()")
        end = each.end(OWN, PORT)
        await end.open(window, MSS + mss.to_bytes(2))
        await app.ask("take()")
        sent = await app.ask("guest.send(bytes(range(200)))")
        assert 0 < sent <= 200
        assert await end.take(sent, window) == bytes(range(sent))
        assert await echoed(app, each) == b"hello"
        await end.reset()
        await until(app, "used()", before)
