"""A machine that serves HTTP with asyncio, and answers its console beside: a test looks what it holds while it serves.

A request for ``/send/N`` is answered with N bytes, one for ``/fill`` never, as it takes all of the heap; any other with its
own path. Connections are kept, until the client closes, or says ``Connection: close``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from tests.network.asked import PATIENCE_S, Asked
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import Device
from unikernel.machine.boot import boot
from unikernel.machine.network.forwards import OpenForward
from unikernel.stack import Stack

PORT: Final = 80
SETTLED_S: Final = 150
"""Until all that was begun has been given up: lwIP remembers an end for a minute, and asks a silent peer for as long."""
APP: Final = """
import asyncio, gc, sys, socket, time, unikernel
ip = unikernel.device("ip")
piece = bytes(1024)
served, lacking, errors, clients, spare = 0, 0, [], set(), []
async def answer(reader, writer):
    global served
    path = (await reader.readline()).split(b" ")[1]
    last = False
    while len(line := await reader.readline()) > 2:
        last = last or line == b"Connection: close\\r\\n"
    served += 1
    if path.startswith(b"/send/"):
        count = int(path[6:])
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % count)
        while count > 0:
            writer.write(piece[:count])
            await writer.drain()
            count -= len(piece)
    elif path == b"/fill":
        taken = []
        while True:
            taken.append(bytearray(4096))
            await asyncio.sleep(0)
    else:
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(path), path))
        await writer.drain()
    return last
async def serve(reader, writer):
    global lacking
    try:
        clients.add(writer)
        while not await answer(reader, writer):
            pass
    except IndexError:  # the end of the connection
        pass
    except OSError as error:
        errors.append(error.errno)
    except MemoryError:
        lacking += 1
    clients.discard(writer)
    writer.close()
    await writer.wait_closed()
def used():
    gc.collect()
    return {name: pool.used for name, pool in ip.pools().items()}
def heap():
    gc.collect()
    return gc.mem_alloc()
def fill():
    try:
        while True:
            spare.append(socket.socket())
    except OSError as error:
        return error.errno
def empty():
    while spare:
        spare.pop().close()
async def ask():
    console = asyncio.StreamReader(sys.stdin.buffer)
    while True:
        line = await console.readline()
        try:
            print("said", repr(eval(line)))
        except Exception as error:
            print("said", repr((type(error).__name__, error.args)))
async def main():
    await asyncio.start_server(serve, "0.0.0.0", PORT)
    print("ready")
    await ask()
asyncio.run(main())
"""


def image_of(folder: Path, *devices: Device, name: str = "served") -> Image:
    """An image of the app; one of the devices is named "ip"."""
    return build(Stack(name, App.from_text(APP.replace("PORT", str(PORT))), devices), into=folder / "build")


class Served(Asked):
    """The machine's app."""

    async def settled(self, wanted: dict[str, int], patience_s: float = SETTLED_S, *, ends: bool = True) -> None:
        """Waits until the network holds what it held when `used()` said that; without `ends`, ends that it remembers of
        connections may be more.
        """
        found: dict[str, int] = {}
        try:
            async with asyncio.timeout(patience_s):
                while (found := await self.ask("used()")) != wanted:
                    if not ends and found | {name: wanted[name] for name in ("connections", "timers")} == wanted:
                        return
                    await asyncio.sleep(0.5)
        except TimeoutError:
            assert found == wanted

    async def fetch(self, path: str, timeout_s: float = PATIENCE_S, *, last: bool = False) -> bytes:
        """What the service answers, through the first forward."""
        async with asyncio.timeout(timeout_s):
            return await fetch(self.machine.forwards[0], path, last=last)


@contextlib.asynccontextmanager
async def served(image: Image, timeout_s: float = 20 * PATIENCE_S, **options: Any) -> AsyncIterator[Served]:
    """Boots it, and waits until it serves."""
    async with await boot(image, timeout_s=timeout_s, **options) as machine:
        await machine.console.expect("ready")
        yield Served(machine)


async def fetch(forward: OpenForward, path: str, *, last: bool = False) -> bytes:
    """What the service answers to a client that asks once, and closes first unless it has said that this is all."""
    reader, writer = await asyncio.open_connection(forward.host, forward.port)
    try:
        writer.write(request(path, last=last))
        head = await reader.readuntil(b"\r\n\r\n")
        return await reader.readexactly(int(head.split()[-1]))
    finally:
        writer.close()


def request(path: str, *, last: bool = False) -> bytes:
    """The request for a path; the last of its connection, or not."""
    return f"GET {path} HTTP/1.1\r\nHost: machine\r\n{'Connection: close' if last else 'X: y'}\r\n\r\n".encode()


def answer(content: bytes) -> bytes:
    """What the service says to a request whose content that is."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
