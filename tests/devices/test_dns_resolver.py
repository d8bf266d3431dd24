"""DnsResolver: names from its table, and from dnsmasq; names that nobody has; servers that are silent, or lie."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from pathlib import Path

from tests.network.asked import asked, image_of, network_name
from tests.network.frames import Datagram
from tests.network.namespace import dnsmasq
from tests.network.peer import peer
from unikernel.build.image import Image
from unikernel.devices import BothIps, DnsResolver, Ipv6, Network, StaticIp, TcpSockets, UdpSockets, VirtioNet

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
ALL = """
import socket
unikernel.device("six").wait(20)
def all_of(name, family=0):
    try:
        return [each[4][:2] for each in socket.getaddrinfo(name, 80, family, socket.SOCK_STREAM)]
    except socket.gaierror as error:
        return error.args[0]
"""
A, AAAA = 1, 28
"""RFC 1035, section 3.2.2; RFC 3596, section 2.1."""
FAILED, NO_SUCH_NAME, REFUSED = 2, 3, 5
"""RFC 1035, section 4.1.1."""


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


def both_versions(folder: Path, lab: str, *, four: bool = True) -> Image:
    six = Ipv6(name="six" if four else "ip", address="fd00:9::15/64")
    ip = StaticIp(name="ip")
    both = BothIps(name="both", first=ip, second=six)
    udp = UdpSockets(ip=both if four else six)
    hosts = "db=10.0.2.7,db=fd00:9::7,db=10.0.2.8,here=fd00:9::15"
    resolver = DnsResolver(servers="10.0.2.2" if four else "fd00:9::2", hosts=hosts)
    setup = ALL if four else ALL.replace('"six"', '"ip"')
    return image_of(folder, VirtioNet(Network(lab)), *((ip, six, both) if four else (six,)), udp, resolver, setup=setup)


def kind_of(question: bytes) -> int:
    """What is asked for: the name, its end, kind and class end the message."""
    kind: int = struct.unpack_from("!H", question, len(question) - 4)[0]
    return kind


FOUR, SIX = "10.0.2.9", "fd00:9::9"
NAMES: dict[str, dict[int, str | int | None]] = {
    "both": {A: FOUR, AAAA: SIX},
    "four": {A: FOUR, AAAA: 0},
    "six": {A: 0, AAAA: SIX},
    "none": {A: NO_SUCH_NAME, AAAA: NO_SUCH_NAME},
    "failed": {A: FAILED, AAAA: FAILED},
    "refused": {A: REFUSED, AAAA: REFUSED},
    "doubt": {A: 0, AAAA: FAILED},
    "quiet": {A: FOUR, AAAA: None},
}
"""What the server says: an address, a code, or nothing."""


def told(asked: Datagram) -> bytes | None:
    name = asked.data[13 : 13 + asked.data[12]].decode()
    said = NAMES[name][kind_of(asked.data)]
    if said is None:
        return None
    return answer(asked.data, said) if isinstance(said, str) else no_answer(asked.data, said)


async def test_a_name_is_all_its_addresses_in_both_versions(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab, "10.0.2.2", "fd00:9::2") as host, asked(both_versions(tmp_path, lab)) as app:
        host.served[DNS_PORT] = told
        four, six = (FOUR, 80), (SIX, 80)
        for name, wanted in (("both", [four, six]), ("four", [four]), ("six", [six]), ("quiet", [four])):
            assert await app.ask(f"all_of({name!r})", 60) == wanted
        for name, number in (("none", UNKNOWN), ("failed", SILENT), ("refused", SILENT), ("doubt", SILENT)):
            assert await app.ask(f"all_of({name!r})", 60) == number
        only = "(all_of('both', socket.AF_INET), all_of('both', socket.AF_INET6), all_of('four', socket.AF_INET6))"
        assert await app.ask(only) == ([four], [six], UNKNOWN)


async def test_the_table_gives_all_addresses_of_a_name_in_its_order(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab, "10.0.2.2"), asked(both_versions(tmp_path, lab)) as app:
        assert await app.ask("all_of('DB')") == [("10.0.2.7", 80), ("fd00:9::7", 80), ("10.0.2.8", 80)]
        assert await app.ask("all_of('db', socket.AF_INET6)") == [("fd00:9::7", 80)]
        assert await app.ask("all_of('here')") == [("fd00:9::15", 80)]
        assert await app.ask("(all_of('localhost'), all_of(None))") == ([("127.0.0.1", 80), ("::1", 80)],) * 2
        assert await app.ask("all_of('')") == [("0.0.0.0", 80), ("::", 80)]  # noqa: S104 - anywhere


async def test_a_machine_of_one_version_names_that_first(tmp_path: Path) -> None:
    lab = network_name()
    async with peer(lab, "fd00:9::2") as host, asked(both_versions(tmp_path, lab, four=False)) as app:
        host.served[DNS_PORT] = told
        assert await app.ask("all_of('both')", 60) == [(SIX, 80), (FOUR, 80)]


def no_answer(question: bytes, code: int) -> bytes:
    """No address, and why: 0, the name has none of that kind."""
    return question[:2] + bytes([0x81, 0x80 | code]) + b"\0\1\0\0\0\0\0\0" + question[12:]


def answer(question: bytes, address: str, number: int | None = None) -> bytes:
    """RFC 1035, section 4.1: one address, to live for a minute."""
    head = bytes([question[0] if number is None else number, question[1]])
    packed = ip_address(address).packed
    record = b"\xc0\x0c" + question[-4:] + struct.pack("!IH", 60, len(packed)) + packed
    return head + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:] + record
