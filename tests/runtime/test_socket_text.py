"""Addresses as text and as bytes in an image of IPv4 alone, and numbers in the order of the network: what CPython says."""

from __future__ import annotations

import ast
import re
import socket
from collections.abc import AsyncIterator
from ipaddress import IPv6Address
from random import Random
from typing import Any, Final

import pytest

from tests.network.asked import Asked, asked, image_of
from unikernel.build.components import KERNEL_SRC
from unikernel.build.image import Image
from unikernel.devices import Loopback, TcpSockets

SETUP: Final = """
def tried(call, *given):
    try:
        return call(*given)
    except (OSError, ValueError, OverflowError) as error:
        return type(error).__name__
"""
FOUR: Final = (
    *("1.2.3.4", "0.0.0.0", "255.255.255.255", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.", ".1.2.3"),  # noqa: S104 - a text
    *("1.2.3.4 ", " 1.2.3.4", "1..2.3", "01.2.3.4", "1.2.3.4a", "0x1.2.3.4", "", "a", "1.2.3.4444444444", "::1"),
)
SIX: Final = (
    *("::", "::1", "1::", "1::2", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3::5:6:7:8"),
    *("fe80::1%1", "FE80::ABCD", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", ":", ":1", "1:", "1:2:"),
    *(
        "::1.2.3.4",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::",
        "::1.2.3",
        "::1.2.3.256",
    ),
    *(
        "12345::",
        "g::",
        "::12345",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "",
        "1.2.3.4",
        "0:0:0:0:0:0:0:0",
        " ::1",
        "::1 ",
    ),
    *("1:2:3:4:5::1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::0001", "::00001", "64:ff9b::192.0.2.33"),
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return image_of(tmp_path_factory.mktemp("text"), Loopback(name="ip"), TcpSockets(), setup=SETUP)


@pytest.fixture
async def app(image: Image) -> AsyncIterator[Asked]:
    async with asked(image) as found:
        yield found


def here(name: str, *given: Any) -> Any:
    """What CPython says."""
    try:
        return getattr(socket, name)(*given)
    except (OSError, ValueError, OverflowError) as error:
        return type(error).__name__


async def same(app: Asked, name: str, *given: Any) -> None:
    said = await app.ask(f"tried(socket.{name}, {', '.join(map(repr, given))})")
    assert said == here(name, *given), (name, given)


LOOSE: Final = (
    *("1.2.3.4", "1.2", "1.2.3", "127", "0x7f.1", "010.1.1.1", "0377.1.1.1", "08.1.1.1", "0xffffffff", "0x.1", "0X1.1"),
    *("1.65535", "1.65536", "1.16777215", "1.16777216", "256.1", "1.2.65535", "1.2.65536", "4294967295", "4294967296"),
    *("99999999999", "1.2.3.4 x", "1.2.3.4x", "1.2.3.4.5", "1.2.3.4.", "1..2", "", " 1", "a", "-1", "+1"),
)
"""As C reads an address: RFC 6943, section 3.1.1."""


async def read_the_same(app: Asked, name: str, *family: int, among: tuple[str, ...]) -> None:
    """Those, and as many as twenty others for each, in which one character has changed."""
    random = Random(1)
    texts = list(among)
    for text in among * 20:
        at = random.randrange(len(text) + 1)
        texts.append(text[:at] + random.choice(":::..0x18afFg ") + text[at + 1 :])
    given = "".join(f"{each}, " for each in family)
    for some in (texts[at : at + 20] for at in range(0, len(texts), 20)):
        said = await app.ask(f"[tried(socket.{name}, {given}each) for each in {some!r}]")
        assert said == [here(name, *family, each) for each in some], some


async def test_texts_are_read_as_cpython_reads_them(app: Asked) -> None:
    await read_the_same(app, "inet_pton", socket.AF_INET.value, among=FOUR)
    await read_the_same(app, "inet_pton", socket.AF_INET6.value, among=SIX)
    await read_the_same(app, "inet_aton", among=LOOSE)


async def test_bytes_are_written_as_cpython_writes_them(app: Asked) -> None:
    """Every pattern of groups that are zero, among others."""
    for at in range(0, 256, 16):
        some = [
            b"".join(bytes([0, 0] if pattern >> group & 1 else [group, 0xA0]) for group in range(8))
            for pattern in range(at, at + 16)
        ]
        said = await app.ask(f"[socket.inet_ntop(socket.AF_INET6, each) for each in {some!r}]")
        assert said == [socket.inet_ntop(socket.AF_INET6, each) for each in some]
    for text in ("::ffff:1.2.3.4", "::1.2.3.4", "::fffe:1.2.3.4", "::1", "::1:0", "1::", "ffff::ffff:0:0"):
        await same(app, "inet_ntop", socket.AF_INET6.value, IPv6Address(text).packed)
    await same(app, "inet_ntop", socket.AF_INET.value, b"\1\2\3\xff")
    await same(app, "inet_ntoa", b"\1\2\3\xff")
    await same(app, "inet_ntop", socket.AF_INET6.value, b"\1\2\3\4")
    await same(app, "inet_pton", 99, "1.2.3.4")


async def test_numbers_are_turned_as_cpython_turns_them(app: Asked) -> None:
    for number in (0, 1, 0x1234, 0xFFFF, 0x10000, 0x12345678, 0xFFFFFFFF, -1, 2**32):
        for name in ("htons", "ntohs", "htonl", "ntohl"):
            await same(app, name, number)


def test_the_types_know_the_names_of_the_module() -> None:
    """A name that the machine has is found by ``unikernel check``, and no other."""
    module = (KERNEL_SRC / "micropython/socket/module.c").read_text()
    names = set(re.findall(r"\{MP_ROM_QSTR\(MP_QSTR_(\w+)\)", module)) - {"__name__"}
    stub = ast.parse((KERNEL_SRC / "stubs/socket.pyi").read_text())
    told = {node.name for node in stub.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    told |= {
        node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    told |= {
        each.id
        for node in stub.body
        if isinstance(node, ast.Assign)
        for each in node.targets
        if isinstance(each, ast.Name)
    }
    assert {each for each in told if not each.startswith("_")} == names


def test_the_types_know_the_methods_of_a_socket() -> None:
    methods = set(
        re.findall(r"\{MP_ROM_QSTR\(MP_QSTR_(\w+)\)", (KERNEL_SRC / "micropython/socket/object.c").read_text())
    )
    stub = ast.parse((KERNEL_SRC / "stubs/socket.pyi").read_text())
    found = next(node for node in stub.body if isinstance(node, ast.ClassDef) and node.name == "socket")
    told = {node.name for node in found.body if isinstance(node, ast.FunctionDef)}
    assert told - {"__init__", "__iter__", "__next__"} == methods - {"__del__"}
