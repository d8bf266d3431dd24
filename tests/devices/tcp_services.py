"""A machine that serves: echo, counts and floods by port, and says what it holds."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import StaticIp, TcpSockets, UserNetwork, VirtioNet
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

PATIENCE_S: Final = 60
MEGABYTE: Final = 1 << 20
FLOOD_BYTES: Final = 8 * MEGABYTE
ECHO, COUNT, FLOOD, LATE, STATE, LAST_WORD = range(80, 86)
RESET: Final = struct.pack("ii", 1, 0)
"""Of SO_LINGER: close with a reset."""

SERVICES: Final = f"""
import asyncio, gc, json, unikernel
ip = unikernel.device("ip")
go = asyncio.Event()
written = 0

async def echo(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()

async def count(reader, writer):
    total = 0
    while data := await reader.read(4096):
        total += len(data)
    writer.write(b"%d" % total)
    await writer.drain()

async def flood(reader, writer):
    global written
    piece = bytes(65536)
    for _ in range({FLOOD_BYTES} // len(piece)):
        writer.write(piece)
        await writer.drain()
        written += len(piece)

async def late(reader, writer):
    await go.wait()
    await count(reader, writer)

async def state(reader, writer):
    if await reader.readline() == b"go\\n":
        go.set()
    gc.collect()
    used = {{name: pool[0] for name, pool in ip.pools().items()}}
    writer.write(json.dumps({{"heap": gc.mem_alloc(), "written": written, "used": used}}).encode())
    await writer.drain()

async def last_word(reader, writer):
    writer.write(b"bye")
    await writer.drain()

def served(handle):
    async def serve(reader, writer):
        try:
            await handle(reader, writer)
        except OSError:
            pass
        writer.close()
        await writer.wait_closed()
    return serve

async def main():
    for number, handle in enumerate((echo, count, flood, late, state, last_word)):
        await asyncio.start_server(served(handle), "0.0.0.0", {ECHO} + number)
    print("ready")
    await asyncio.sleep(1e6)

asyncio.run(main())
"""


def image(folder: Path, text: str, name: str = "services") -> Image:
    devices = (VirtioNet(UserNetwork()), StaticIp(name="ip"), TcpSockets())
    return build(Stack(name, App.from_text(text), devices), into=folder / "build")


class Ports:
    """The services of a machine, by the ports of the host that lead to them."""

    def __init__(self, machine: Machine) -> None:
        """Of one that is ready."""
        self._ports = {each.guest_port: each.port for each in machine.forwards}

    def connect(self, service: int, port: int = 0) -> socket.socket:
        opened = socket.socket()
        opened.settimeout(PATIENCE_S)
        if port:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(("127.0.0.1", port))
        opened.connect(("127.0.0.1", self._ports[service]))
        return opened

    def state(self, word: str = "") -> Any:
        with self.connect(STATE) as opened:
            opened.sendall(f"{word}\n".encode())
            return json.loads(everything(opened))

    def echo(self, opened: socket.socket, data: bytes) -> None:
        opened.sendall(data)
        assert exactly(opened, len(data)) == data


def everything(opened: socket.socket) -> bytes:
    return b"".join(iter(lambda: opened.recv(65536), b""))


def exactly(opened: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count and (data := opened.recv(count - len(found))):
        found += data
    return bytes(found)


@contextlib.asynccontextmanager
async def services(folder: Path) -> AsyncIterator[Ports]:
    forward = [f"0:{port}" for port in range(ECHO, LAST_WORD + 1)]
    async with await boot(image(folder, SERVICES), forward=forward, timeout_s=10 * PATIENCE_S) as machine:
        await machine.console.expect("ready")
        yield Ports(machine)
