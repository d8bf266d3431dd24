"""Names on a network that lies: an answer that is not one is no answer, and one that cannot be read ends nothing."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable
from ipaddress import IPv4Address
from typing import Final

import pytest

from tests.network import frames
from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.frames import Datagram
from tests.network.peer import Peer, peer
from unikernel.build.image import Image
from unikernel.devices import DnsResolver, Network, StaticIp, UdpSockets, VirtioNet

LAB: Final = network_name()
SERVER, STRANGER = "10.0.2.2", "10.0.2.3"
TRUE, FALSE = IPv4Address("10.0.2.9"), IPv4Address("10.6.6.6")
SETUP: Final = """
import gc
def find(name="db.lab"):
    return socket.getaddrinfo(name, 80)[0][-1][0]
def used():
    gc.collect()
    return {name: pool.used for name, pool in ip.pools().items()}
"""
Lie = Callable[[bytes, bytes], bytes]
"""What is sent instead of an answer, made of a question's number and of its name, kind and class."""


def head(number: bytes, flags: int = 0x8180, questions: int = 1, answers: int = 1) -> bytes:
    """RFC 1035, section 4.1.1."""
    return number + struct.pack("!HHHHH", flags, questions, answers, 0, 0)


def record(address: IPv4Address, name: bytes = b"\xc0\x0c", kind: int = 1, length: int = 4) -> bytes:
    """RFC 1035, section 4.1.3; the name is that of the question."""
    return name + struct.pack("!HHIH", kind, 1, 60, length) + address.packed


def true(number: bytes, question: bytes) -> bytes:
    return head(number) + question + record(TRUE)


def other_number(number: bytes, question: bytes) -> bytes:
    return head(bytes([number[0] ^ 1, number[1]])) + question + record(FALSE)


def other_name(number: bytes, question: bytes) -> bytes:
    return head(number) + question.replace(b"\2db", b"\2dc") + record(FALSE)


def other_kind(number: bytes, question: bytes) -> bytes:
    return head(number) + question[:-4] + b"\0\x10\0\1" + record(FALSE)


def other_class(number: bytes, question: bytes) -> bytes:
    return head(number) + question[:-2] + b"\0\3" + record(FALSE)


def no_answer(number: bytes, question: bytes) -> bytes:
    """A question, sent back."""
    return head(number, flags=0x0100) + question + record(FALSE)


def two_questions(number: bytes, question: bytes) -> bytes:
    return head(number, questions=2) + question + question + record(FALSE)


def no_question(number: bytes, question: bytes) -> bytes:
    return head(number, questions=0) + record(FALSE)


def cut_short(number: bytes, question: bytes) -> bytes:
    return head(number)[:7]


IGNORED: Final[tuple[Lie, ...]] = (
    *(other_number, other_name, other_kind, other_class, no_answer, two_questions, no_question, cut_short),
)


def loop(number: bytes, question: bytes) -> bytes:
    """A name that is a pointer to itself."""
    here = len(head(number) + question)
    return head(number) + question + record(FALSE, name=struct.pack("!H", 0xC000 | here))


def loop_in_question(number: bytes, question: bytes) -> bytes:
    return head(number) + b"\xc0\x0c" + question[-4:] + record(FALSE)


def pointer_beyond(number: bytes, question: bytes) -> bytes:
    return head(number) + question + record(FALSE, name=b"\xff\xff")


def label_beyond(number: bytes, question: bytes) -> bytes:
    return head(number) + question + b"\x3fabc"


def too_long_a_name(number: bytes, question: bytes) -> bytes:
    return head(number) + question + record(FALSE, name=(b"\x3f" + b"a" * 63) * 20 + b"\0")


def too_long_an_address(number: bytes, question: bytes) -> bytes:
    return head(number) + question + record(FALSE, length=5) + b"\1"


def length_beyond(number: bytes, question: bytes) -> bytes:
    return head(number) + question + record(FALSE, length=65535)


def answers_that_are_not_there(number: bytes, question: bytes) -> bytes:
    return head(number, answers=65535) + question


def only_aliases(number: bytes, question: bytes) -> bytes:
    return head(number, answers=40) + question + record(FALSE, kind=5) * 40


UNREADABLE: Final[tuple[Lie, ...]] = (
    *(loop_in_question, label_beyond, too_long_an_address, length_beyond, answers_that_are_not_there, only_aliases),
)
OF_NO_NAME: Final[tuple[Lie, ...]] = (loop, pointer_beyond, too_long_a_name)
"""Whose address it is stands in the question; the name before the address is passed over."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    parts = (VirtioNet(Network(LAB)), StaticIp(name="ip"), UdpSockets(), DnsResolver(servers=SERVER))
    return image_of(tmp_path_factory.mktemp("names"), *parts, setup=SETUP)


@contextlib.asynccontextmanager
async def resolving(image: Image) -> AsyncIterator[tuple[Asked, Peer]]:
    """The machine, and the host that is its server of names; afterwards nothing is held."""
    async with peer(LAB, SERVER, STRANGER) as host, asked(image) as app:
        before = await app.ask("used()")
        yield app, host
        async with asyncio.timeout(30):
            while await app.ask("used()") != before:
                await asyncio.sleep(0.1)


async def says(host: Peer, *data: bytes, to: Datagram, source: str = SERVER) -> None:
    for each in data:
        await host.send(frames.udp(Datagram(IPv4Address(source), to.source, to.port, to.source_port, each)))


async def question(host: Peer) -> Datagram:
    """The next that the machine asks."""
    while True:
        packet = await host.hear(lambda each: each.protocol == frames.UDP)
        found = frames.read_udp(packet)
        if found and found.port == 53:
            return found


@pytest.mark.parametrize("lie", IGNORED, ids=lambda lie: lie.__name__)
async def test_what_is_no_answer_to_the_question_is_none(image: Image, lie: Lie) -> None:
    async with resolving(image) as (app, host):
        asking = asyncio.ensure_future(app.ask("find()"))
        heard = await question(host)
        number, rest = heard.data[:2], heard.data[12:]
        await says(host, lie(number, rest), true(number, rest), to=heard)
        assert await asking == str(TRUE)


async def test_who_was_not_asked_is_not_believed(image: Image) -> None:
    async with resolving(image) as (app, host):
        asking = asyncio.ensure_future(app.ask("find()"))
        heard = await question(host)
        number, rest = heard.data[:2], heard.data[12:]
        lie = head(number) + rest + record(FALSE)
        await says(host, lie, to=heard, source=STRANGER)
        await says(host, true(number, rest), to=heard)
        assert await asking == str(TRUE)


async def test_what_comes_from_another_port_is_not_believed(image: Image) -> None:
    async with resolving(image) as (app, host):
        asking = asyncio.ensure_future(app.ask("find()"))
        heard = await question(host)
        number, rest = heard.data[:2], heard.data[12:]
        lie = head(number) + rest + record(FALSE)
        for port in (1, 5353, 52, 54, heard.source_port):
            await host.send(frames.udp(Datagram(heard.to, heard.source, port, heard.source_port, lie)))
        await says(host, true(number, rest), to=heard)
        assert await asking == str(TRUE)


@pytest.mark.parametrize("lie", UNREADABLE, ids=lambda lie: lie.__name__)
async def test_an_answer_that_cannot_be_read_is_none(image: Image, lie: Lie) -> None:
    async with resolving(image) as (app, host):
        lying = asyncio.ensure_future(answers(host, lie))
        kind, (code, words) = await app.ask("find()")
        assert (kind, code) in {("gaierror", -2), ("gaierror", -3)}
        assert words in {"db.lab: no host has this name", "db.lab: nobody has answered who has this name"}
        lying.cancel()
        await truth_is_found(app, host)


@pytest.mark.parametrize("lie", OF_NO_NAME, ids=lambda lie: lie.__name__)
async def test_a_name_without_an_end_is_not_followed(image: Image, lie: Lie) -> None:
    async with resolving(image) as (app, host):
        lying = asyncio.ensure_future(answers(host, lie))
        assert await app.ask("find()") == str(FALSE)
        lying.cancel()
        await truth_is_found(app, host)


async def answers(host: Peer, made: Lie) -> None:
    """Answers so each time it is asked; without an end."""
    while True:
        heard = await question(host)
        await says(host, made(heard.data[:2], heard.data[12:]), to=heard)


async def truth_is_found(app: Asked, host: Peer) -> None:
    answering = asyncio.ensure_future(answers(host, true))
    assert await app.ask("find('other.lab')") == str(TRUE)
    answering.cancel()


async def test_each_question_has_a_number_and_a_port_of_its_own(image: Image) -> None:
    async with resolving(image) as (app, host):
        seen = []
        for each in range(8):
            asking = asyncio.ensure_future(app.ask(f"find('n{each}.lab')"))
            heard = await question(host)
            seen.append((heard.data[:2], heard.source_port))
            await says(host, true(heard.data[:2], heard.data[12:]), to=heard)
            assert await asking == str(TRUE)
        numbers, ports = zip(*seen, strict=True)
        assert len(set(numbers)) > 6
        assert len(set(ports)) > 6
