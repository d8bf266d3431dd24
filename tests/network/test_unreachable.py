"""What hosts and routers say of packets that did not arrive reaches the socket that sent them, as on Linux; lies do not."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import pytest

from tests.network import frames
from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.frames import Packet
from tests.network.hostile import made_good
from tests.network.namespace import server
from tests.network.peer import Peer, peer
from tests.network.segments import ACK, PSH, SYN, End, Ends, Segment, ends
from unikernel.build.image import Image
from unikernel.devices import BothIps, Ipv6, Network, StaticIp, TcpSockets, UdpSockets, VirtioNet

LAB: Final = network_name()
OWN: Final = {4: "10.0.2.15", 6: "fd00:9::15"}
PEER: Final = {4: "10.0.2.2", 6: "fd00:9::2"}
NOBODY: Final = {4: "10.0.2.77", 6: "fd00:9::77"}
PORT, OUT = 7, 4000
UNREACHABLE, EXPIRED = {4: 3, 6: 1}, {4: 11, 6: 3}
FORBIDDEN, NOT_YET, NET, HOST, REFUSED, TIMED_OUT = 13, 11, 101, 113, 111, 110
"""Linux's errors."""
IN, ERROR = 1, 8
SETUP: Final = f"""
import gc, select
device("six").wait(20)
FAMILY = {{4: socket.AF_INET, 6: socket.AF_INET6}}
PEER = {PEER!r}
server = socket.socket()
server.bind(("", {PORT}))
server.listen(8)
server.settimeout(20)
def take(keep=False):
    global guest
    guest = server.accept()[0]
    guest.settimeout(60)
    if keep:
        guest.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT):
            guest.setsockopt(socket.IPPROTO_TCP, option, 2)
def out(version, host=None, seconds=20):
    global guest
    guest = socket.socket(FAMILY[version])
    guest.settimeout(seconds)
    return guest.connect_ex((host or PEER[version], {OUT}))
def say(version):
    global said
    said = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
    said.setblocking(False)
    said.connect((PEER[version], {OUT}))
    return said.send(b"hello")
def tried(call):
    try:
        return call()
    except OSError as error:
        return error.errno
def polled(one):
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return [events for _, events in poll.poll(0)]
def waits(one):
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return [events for _, events in poll.poll(20000)]
def error(one):
    return one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
def used():
    gc.collect()
    pools = ip.pools()
    return {{name: pools[name].used for name in ("connections", "segments", "frames", "bytes")}}
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    ip, six = StaticIp(name="ip"), Ipv6(name="six", address=f"{OWN[6]}/64")
    both = BothIps(name="both", first=ip, second=six)
    parts = (VirtioNet(Network(LAB)), ip, six, both, TcpSockets(ip=both), UdpSockets(ip=both))
    return image_of(tmp_path_factory.mktemp("unreachable"), *parts, setup=SETUP)


@asynccontextmanager
async def beside(image: Image) -> AsyncIterator[tuple[Asked, Peer]]:
    """The machine, and a host in both versions."""
    async with peer(LAB, PEER[4], PEER[6], "fe80::2") as host, asked(image) as app:
        yield app, host


def about(packet: Packet, kind: int, code: int) -> Packet:
    """The message about it, from whom it was for. It quotes the head, and eight bytes behind it."""
    quoted = frames.ip(packet)[: (20 if packet.source.version == 4 else 40) + 8]
    return frames.icmp(packet.to, packet.source, kind, bytes(4) + quoted, code)


REASONS: Final = (
    *((4, UNREACHABLE, 0, NET), (4, UNREACHABLE, 1, HOST), (4, UNREACHABLE, 2, REFUSED), (4, UNREACHABLE, 3, REFUSED)),
    *((4, UNREACHABLE, 9, NET), (4, UNREACHABLE, 13, HOST), (4, EXPIRED, 0, HOST)),
    *(
        (6, UNREACHABLE, 0, NET),
        (6, UNREACHABLE, 1, FORBIDDEN),
        (6, UNREACHABLE, 3, HOST),
        (6, UNREACHABLE, 4, REFUSED),
    ),
    (6, EXPIRED, 0, HOST),
)
"""Version, kind, code, and the errno. RFC 792; RFC 1812, section 5.2.7.1; RFC 4443, sections 3.1 and 3.3."""


async def connecting(app: Asked, each: Ends, version: int) -> tuple[asyncio.Future[int], End, Segment]:
    """A machine that connects, the end that it wants, and its segment."""
    asking = asyncio.ensure_future(app.ask(f"out({version})"))
    end = each.answering(OUT, OWN[version], 0)
    asked_for = await end.hear(SYN)
    end.port = asked_for.source_port
    return asking, end, asked_for


async def test_who_connects_is_told_at_once(image: Image) -> None:
    async with beside(image) as (app, host), ends(host) as each:
        before = await app.ask("used()")
        for version, kinds, code, wanted in REASONS:
            asking, _, asked_for = await connecting(app, each, version)
            await host.send(about(asked_for.packet(), kinds[version], code))
            assert await asking == wanted, (version, code)
            assert await app.ask("(waits(guest)[0] & ~4, guest.close())") == (IN | 16, None)
        assert await app.ask("used()") == before


def cut(packet: Packet, count: int) -> Packet:
    """Its last bytes are not there; the check sum is right."""
    rest = packet.payload[4 : len(packet.payload) - count]
    return frames.icmp(packet.source, packet.to, packet.payload[0], rest, packet.payload[1])


def lies(true: Segment) -> list[Packet]:
    """Messages about segments that were never sent, or that nobody can have sent so."""
    version = true.source.version
    other = ip_address({4: "10.0.2.99", 6: "fd00:9::99"}[version])
    kind, code = UNREACHABLE[version], {4: 3, 6: 4}[version]
    wrong = [
        replace(true, number=(true.number - 2) % 2**32),
        replace(true, number=(true.number + 2) % 2**32),
        replace(true, number=(true.number + 2**31) % 2**32),
        replace(true, source_port=true.source_port ^ 1),
        replace(true, port=true.port ^ 1),
        replace(true, to=other),
        replace(true, source=other),
    ]
    found = [about(each.packet(), kind, code) for each in wrong]
    found[-1] = replace(found[-1], to=true.source)
    good = about(true.packet(), kind, code)
    found.append(replace(good, payload=good.payload[:2] + bytes([good.payload[2] ^ 1]) + good.payload[3:]))
    found += [cut(good, count) for count in (1, 4, 8, 9, 28)]
    of_another = replace(true.packet(), protocol=frames.ICMP)
    found.append(about(of_another, kind, code))
    found += [about(true.packet(), kind, each) for each in (4 if version == 4 else 7, 16, 255)]
    return found


@pytest.mark.parametrize("version", [4, 6])
async def test_a_lie_refuses_no_connection(image: Image, version: int) -> None:
    async with beside(image) as (app, host), ends(host) as each:
        asking, end, asked_for = await connecting(app, each, version)
        for lie in lies(asked_for):
            await host.send(lie)
        await host.ping(OWN[version])  # it has heard them all
        await end.say(SYN | ACK)
        await end.hear(ACK)
        assert await asking == 0
        await end.reset()


async def connected(app: Asked, each: Ends, *, keep: bool = False) -> tuple[End, Segment]:
    """A connection, and a segment of the machine's that is not acknowledged."""
    end = each.end(OWN[4], PORT)
    await end.open()
    await app.ask(f"take({keep})")
    assert await app.ask("guest.send(b'x')") == 1
    return end, await end.hear(PSH)


async def test_a_connection_that_was_made_goes_on_whatever_is_said_of_it(image: Image) -> None:
    async with beside(image) as (app, host), ends(host) as each:
        end, segment = await connected(app, each)
        for code in range(16):
            await host.send(about(segment.packet(), UNREACHABLE[4], code))
        await host.ping(OWN[4])
        assert await app.ask("(polled(guest), error(guest))") == ([], 0)
        await end.say(ACK | PSH, b"hello")
        assert await app.ask("guest.recv(10)") == b"hello"
        await end.reset()
        assert await app.ask("tried(lambda: guest.recv(10))") == 104


async def test_what_was_said_is_why_a_peer_answers_no_more(image: Image) -> None:
    async with beside(image) as (app, host), ends(host) as each:
        _, segment = await connected(app, each, keep=True)
        await host.send(about(segment.packet(), UNREACHABLE[4], 1))
        assert await app.ask("tried(lambda: guest.recv(10))", 90) == HOST


def to_the_peer(packet: Packet) -> bool:
    found = frames.read_udp(packet)
    return found is not None and found.port == OUT


async def saying(app: Asked, host: Peer, version: int) -> Packet:
    """The datagram of a socket that is connected."""
    assert await app.ask(f"say({version})") == 5
    return await host.hear(to_the_peer)


async def told(app: Asked, host: Peer, message: Packet) -> None:
    await host.send(message)
    assert await app.ask("waits(said)") == [IN | ERROR]


TAKES: Final = ("tried(lambda: said.recv(9))", "tried(lambda: said.send(b'x'))", "error(said)")


async def test_a_connected_socket_of_datagrams_is_told_once(image: Image) -> None:
    async with beside(image) as (app, host):
        for version, kinds, code, wanted in REASONS:
            datagram = await saying(app, host, version)
            for takes in TAKES:
                await told(app, host, about(datagram, kinds[version], code))
                assert await app.ask(f"({takes}, polled(said), error(said))") == (wanted, [], 0), (version, code)
            assert await app.ask("(tried(lambda: said.recv(9)), said.send(b'again'))") == (NOT_YET, 5)
            await host.hear(to_the_peer)


async def test_nobody_else_is_told(image: Image) -> None:
    """Neither who is not connected, nor who has another peer, nor of what was never sent."""
    async with beside(image) as (app, host):
        datagram = await saying(app, host, 4)
        free = f'(free := socket.socket(socket.AF_INET, socket.SOCK_DGRAM), free.sendto(b"x", ("{PEER[4]}", 9)))[1]'
        assert await app.ask(free) == 1
        unconnected = await host.hear(lambda each: (found := frames.read_udp(each)) and found.port == 9)
        await host.send(about(unconnected, 3, 3))
        ports = datagram.payload[:4]
        for wrong in (ports[2:] + ports[:2], ports[:2] + struct.pack("!H", OUT + 1), bytes(4)):
            await host.send(about(replace(datagram, payload=wrong + datagram.payload[4:]), 3, 3))
        await host.send(about(replace(datagram, to=ip_address(NOBODY[4])), 3, 3))
        await host.send(replace(about(datagram, 3, 3), payload=b"\3\3\0\0" + about(datagram, 3, 3).payload[4:]))
        await host.ping(OWN[4])
        assert await app.ask("(polled(said), error(said), polled(free), error(free))") == ([], 0, [], 0)
        await told(app, host, about(datagram, 3, 3))


@pytest.mark.parametrize("version", [4, 6])
async def test_linux_refuses_as_it_does_its_own(image: Image, tmp_path: Path, version: int) -> None:
    addresses = (f"{PEER[4]}/24", f"{PEER[6]}/64")
    async with server(LAB, addresses, "sleep", "infinity", log=tmp_path / "log"), asked(image) as app:
        assert await app.ask(f"(say({version}), waits(said), error(said))") == (5, [IN | ERROR], REFUSED)
        assert await app.ask(f"out({version})") == REFUSED


@pytest.mark.parametrize("version", [4, 6])
async def test_where_nobody_answers_for_an_address_who_connects_is_told(image: Image, version: int) -> None:
    async with beside(image) as (app, host), ends(host):
        assert await app.ask(f"out({version}, '{NOBODY[version]}', 60)", 90) == HOST
        assert await app.ask("(error(guest), guest.close())") == (0, None)


async def test_a_gateway_that_is_there_says_nothing_of_who_is_behind_it(image: Image) -> None:
    async with beside(image) as (app, host), ends(host):
        assert await app.ask("tried(lambda: out(4, '192.0.2.1', 6))", 60) == TIMED_OUT


async def test_messages_that_are_wrong_in_every_way_harm_nothing(image: Image) -> None:
    """Each byte of a true one changed, each end of it cut off; half of it under a right check sum."""
    async with beside(image) as (app, host), ends(host) as each:
        end, segment = await connected(app, each)
        before = await app.ask("used()")
        hardware = await host.hardware_of(segment.source)
        for lie in wrong_in_every_way(about(segment.packet(), 3, 3)):
            await host.port.send(frames.ethernet(hardware, host.hardware, frames.IPV4, lie))
            await host.ping(OWN[4])
        assert await app.ask("used()") == before
        await end.say(ACK | PSH, b"hello")
        assert await app.ask("guest.recv(10)") == b"hello"
        await end.reset()


def wrong_in_every_way(true: Packet) -> list[bytes]:
    whole = frames.ip(true)
    found = []
    for at in range(20, len(whole)):
        for change in (0xFF, 0x0F, 1):
            changed = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
            found += [changed, made_good(bytes(12) + b"\x08\0" + changed)[14:]]
        found.append(frames.ip(cut(true, len(whole) - at)))
    return found
