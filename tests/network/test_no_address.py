"""An app whose machine has no address, not yet or not any more: what its sockets say, and that they work when it has one."""

from __future__ import annotations

from typing import Final

import pytest

from tests.network import dhcp
from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.dhcp import DhcpServer
from tests.network.peer import Peer, peer
from unikernel.build.image import Image
from unikernel.devices import DhcpIp, Network, TcpSockets, UdpSockets, VirtioNet

LAB: Final = network_name()
SETUP: Final = """
def words(function, *arguments):
    try:
        return function(*arguments)
    except OSError as error:
        return type(error).__name__, error.args[0], str(error)
def connect():
    with socket.socket() as one:
        one.settimeout(20)
        return one.connect(("10.0.2.2", 4000))
def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        return one.sendto(b"datagram", ("10.0.2.2", 4000))
def lost():
    for _ in range(400):
        if not ip.address:
            return True
        time.sleep(0.05)
"""
UNREACHABLE: Final = ("OSError", 101, "[Errno 101] ENETUNREACH")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    parts = (VirtioNet(Network(LAB)), DhcpIp(name="ip"), TcpSockets(), UdpSockets())
    return image_of(tmp_path_factory.mktemp("no-address"), *parts, setup=SETUP)


async def check_silence(app: Asked) -> None:
    assert await app.ask("words(connect)") == UNREACHABLE
    assert await app.ask("words(send)") == UNREACHABLE
    assert await app.ask("words(ip.wait, 0.1)") == ("OSError", 110, "[Errno 110] ETIMEDOUT")


async def check_service(app: Asked, host: Peer) -> None:
    assert await app.ask("ip.wait(20)") == "10.0.2.50/24"
    assert await app.ask("words(send)") == len(b"datagram")
    assert await host.ping("10.0.2.50") == b"ping"


async def test_without_an_address_each_call_says_so_and_with_one_it_works(image: Image) -> None:
    server = DhcpServer(silent=True, lease_s=2)
    async with peer(LAB) as host, asked(image) as app:
        host.served[dhcp.SERVER_PORT] = server.answer
        await check_silence(app)
        server.silent = False
        await check_service(app, host)
        server.silent = True
        assert await app.ask("lost()") is True
        await check_silence(app)
        server.silent = False
        await check_service(app, host)
