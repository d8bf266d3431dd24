"""DnsResolver: names from its table, and from dnsmasq; names that nobody has; servers that are silent, or lie."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.network.asked import asked, image_of, network_name
from tests.network.frames import Datagram
from tests.network.namespace import dnsmasq
from tests.network.peer import peer
from unikernel.build.image import Image
from unikernel.devices import DnsResolver, Network, StaticIp, TcpSockets, UdpSockets, VirtioNet

DNS_PORT = 53
SETUP = """
import socket
def address(name, port=80):
    try:
        return socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM)[0][4]
    except socket.gaierror as error:
        return error.args
"""
UNKNOWN, SILENT = -2, -3


def image(folder: Path, lab: str, **given: str) -> Image:
    devices = (
        *(VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), TcpSockets()),
        DnsResolver(servers=given.get("servers", "10.0.2.2"), hosts="here=10.0.2.15,Cache.Lab=10.9.8.7"),
    )
    return image_of(folder, *devices, setup=SETUP)


async def test_the_table_comes_first_and_asks_nobody(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        assert await app.ask('address("here")') == ("10.0.2.15", 80)
        assert await app.ask('address("cache.lab", 81)') == ("10.9.8.7", 81)
        assert await app.ask('address("localhost")') == ("127.0.0.1", 80)
        assert host.heard.empty()


async def test_dnsmasq_is_asked(tmp_path: Path) -> None:
    lab = network_name()
    async with dnsmasq(lab, tmp_path), asked(image(tmp_path, lab)) as app:
        assert await app.ask('address("db.lab")') == ("10.0.2.9", 80)
        assert await app.ask('address("nobody.lab")') == (UNKNOWN, "nobody.lab: no host has this name")
        assert await app.ask('address("x" * 300)') == (UNKNOWN, f"{'x' * 300}: no host has this name")


async def test_a_server_that_is_silent_is_no_proof(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        host.served[DNS_PORT] = lambda _: None
        words = "db.lab: nobody has answered who has this name"
        assert await app.ask('address("db.lab")', 60) == (SILENT, words)


async def test_an_answer_to_another_question_is_not_believed(tmp_path: Path) -> None:
    """Of another number, then of another name, then the right one."""
    lab = network_name()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:

        def lie_twice(asked: Datagram) -> bytes:
            told.append(asked)
            if len(told) == 1:
                return answer(asked.data, "10.6.6.6", number=asked.data[0] ^ 1)
            if len(told) == 2:
                return answer(asked.data.replace(b"\x02db", b"\x02xx"), "10.6.6.6")
            return answer(asked.data, "10.0.2.9")

        told: list[Datagram] = []
        host.served[DNS_PORT] = lie_twice
        assert await app.ask('address("db.lab")', 60) == ("10.0.2.9", 80)
        assert len(told) == 3


def answer(question: bytes, address: str, number: int | None = None) -> bytes:
    """RFC 1035, section 4.1: one address, to live for a minute."""
    head = bytes([question[0] if number is None else number, question[1]])
    record = b"\xc0\x0c\0\1\0\1" + struct.pack("!IH4B", 60, 4, *map(int, address.split(".")))
    return head + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:] + record
