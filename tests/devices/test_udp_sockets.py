"""UdpSockets: datagrams, to one, to all and to groups, seen from a host of ours beside the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.network.asked import asked, image_of, network_name
from tests.network.frames import read_udp
from tests.network.peer import peer
from unikernel.build.image import Image
from unikernel.devices import Network, StaticIp, UdpSockets, VirtioNet

OWN: Final = "10.0.2.15"
GROUP: Final = "239.1.2.3"
PORT: Final = 5000
MOST_UNREAD: Final = 32
UDP: Final = "socket.AF_INET, socket.SOCK_DGRAM"
OPENED: Final = f"""
import socket, select
def refused(call):
    try:
        return call()
    except OSError as error:
        return error.errno
one = socket.socket({UDP})
one.bind(("", {PORT}))
one.settimeout(20)
other = socket.socket({UDP})
"""


def image(folder: Path, lab: str) -> Image:
    return image_of(folder, VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), setup=OPENED)


async def test_datagrams_go_both_ways_with_their_senders_address(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        await host.tell(OWN, PORT, b"hello")
        assert await app.ask("one.recvfrom(100)") == (b"hello", ("10.0.2.2", 40000))
        assert await app.ask('one.sendto(b"hello back", ("10.0.2.2", 40000))') == 10
        said = read_udp(await host.hear(read_udp))
        assert said is not None
        assert (said.source_port, said.port, said.data) == (PORT, 40000, b"hello back")
        await host.tell(OWN, PORT, b"0123456789")
        assert await app.ask("one.recv(4)") == b"0123"
        await host.tell(OWN, PORT, b"")
        assert await app.ask("(one.recv(9), one.getsockname()[1])") == (b"", PORT)


async def test_a_connected_socket_hears_its_peer_alone_from_a_port_nobody_can_guess(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        assert await app.ask('refused(lambda: other.send(b"x"))') == 89
        assert await app.ask('(other.connect(("10.0.2.2", 7)), other.send(b"first"))') == (None, 5)
        first = read_udp(await host.hear(read_udp))
        assert first is not None
        assert (first.port, first.data) == (7, b"first")
        assert first.source_port >= 49152
        await host.tell(OWN, first.source_port, b"stranger", 8)
        await host.tell(OWN, first.source_port, b"peer", 7)
        assert await app.ask("(other.settimeout(20), other.recv(100), other.getpeername())") == (
            None,
            b"peer",
            ("10.0.2.2", 7),
        )
        ports = await app.ask(
            "{(lambda s: (s.connect(('10.0.2.2', 7)), s.getsockname()[1])[1])(socket.socket("
            + UDP
            + ")) for _ in range(20)}"
        )
        assert len(ports) > 10


async def test_what_nobody_reads_is_lost_and_poll_says_what_is_there(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        for number in range(2 * MOST_UNREAD):
            await host.tell(OWN, PORT, b"%d" % number)
        assert await host.ping(OWN) == b"ping"  # all has come
        assert await app.ask("(p := select.poll(), p.register(one, select.POLLIN), len(p.poll(20000)))[2]") == 1
        found = await app.ask("(one.setblocking(False), [refused(lambda: one.recv(9)) for _ in range(34)])[1]")
        assert found == [*(b"%d" % number for number in range(MOST_UNREAD)), 11, 11]
        assert await app.ask("p.poll(0)") == []


async def test_to_all_goes_only_what_is_allowed_to(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        assert await app.ask('refused(lambda: one.sendto(b"x", ("<broadcast>", 9)))') == 13
        allowed = "one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)"
        assert await app.ask(f'({allowed}, one.sendto(b"all", ("<broadcast>", 9)))[1]') == 3
        said = read_udp(await host.hear(read_udp))
        assert said is not None
        assert str(said.to) == "255.255.255.255"


async def test_a_group_is_heard_from_when_it_was_joined_until_it_is_left(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        membership = f'socket.inet_aton("{GROUP}") + bytes(4)'
        join = f"refused(lambda: one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, {membership}))"
        leave = f"refused(lambda: one.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, {membership}))"
        await host.tell(GROUP, PORT, b"too early")
        assert await host.ping(OWN) == b"ping"
        assert await app.ask(f"({leave}, {join}, {join})") == (99, None, 98)
        await host.tell(GROUP, PORT, b"to the group")
        assert await app.ask("one.recv(100)") == b"to the group"
        assert await app.ask(leave) is None
        await host.tell(GROUP, PORT, b"too late")
        await host.tell(OWN, PORT, b"to it alone")
        assert await app.ask("one.recv(100)") == b"to it alone"


async def test_large_ones_travel_in_pieces_and_too_large_ones_not_at_all(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab), asked(image(tmp_path, lab)) as app:
        assert await app.ask('other.sendto(bytes(9000), ("127.0.0.1", 5000))') == 9000
        assert await app.ask("len(one.recv(10000))") == 9000
        assert await app.ask('refused(lambda: other.sendto(bytes(65508), ("127.0.0.1", 5000)))') == 90


async def test_all_sockets_in_use_are_refused_and_dropped_ones_come_back(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab), asked(image(tmp_path, lab)) as app:
        many = f"[socket.socket({UDP}) for _ in range({{}})]"
        assert await app.ask(f"refused(lambda: {many.format(100)})") == 105
        assert await app.ask(f"len({many.format(50)})") == 50
