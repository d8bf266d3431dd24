"""TcpSockets: what connections do for an app and its clients, seen from both ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from ast import literal_eval
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import BothIps, Ipv6, StaticIp, TcpSockets, UserNetwork, VirtioNet
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

PATIENCE_S: Final = 60
MEGABYTE: Final = 1 << 20
FLOOD_BYTES: Final = 8 * MEGABYTE
SPARE_BYTES: Final = 200_000
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


async def until_idle(ports: Ports, before: Any) -> None:
    """What the network holds for clients that have gone is free again, and the heap has not grown, but for a piece or two
    that the collector takes for used.
    """
    names = ("bytes", "frames", "segments", "connections")
    async with asyncio.timeout(PATIENCE_S):
        while True:
            now = await asyncio.to_thread(ports.state)
            # TIME-WAIT is on the side that closes first: the one that answered the last question is remembered.
            spare = {"connections": 400}
            held = [name for name in names if now["used"][name] > before["used"][name] + spare.get(name, 0)]
            if not held and now["heap"] < before["heap"] + SPARE_BYTES:
                return
            await asyncio.sleep(0.1)


async def test_a_megabyte_comes_back_whole(tmp_path: Path) -> None:
    data = os.urandom(MEGABYTE)
    async with services(tmp_path) as ports:
        reader, writer = await asyncio.open_connection(sock=ports.connect(ECHO))
        writer.write(data)
        assert await asyncio.wait_for(reader.readexactly(len(data)), PATIENCE_S) == data
        writer.close()


async def test_many_after_one_another_and_a_hundred_at_once_leave_nothing_behind(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:

        def one_after_another() -> None:
            for number in range(300):
                with ports.connect(ECHO) as opened:
                    ports.echo(opened, b"%d" % number)

        def at_once() -> None:
            with contextlib.ExitStack() as held:
                every = [held.enter_context(ports.connect(ECHO)) for _ in range(100)]
                for number, opened in enumerate(every):
                    opened.sendall(b"%d" % number)
                for number, opened in enumerate(every):
                    assert opened.recv(100) == b"%d" % number

        await asyncio.to_thread(at_once)  # tables have grown to what they need
        before = await asyncio.to_thread(ports.state)
        await asyncio.to_thread(one_after_another)
        await asyncio.to_thread(at_once)
        await until_idle(ports, before)


async def test_one_way_ends_and_the_other_goes_on(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:
        with ports.connect(COUNT) as opened:
            opened.sendall(bytes(12345))
            opened.shutdown(socket.SHUT_WR)
            assert await asyncio.to_thread(everything, opened) == b"12345"


async def test_what_nobody_reads_waits_with_the_client_and_the_others_are_served(tmp_path: Path) -> None:
    """The hosts' buffers take some of it: the machine takes a window."""
    async with services(tmp_path) as ports:
        every = [ports.connect(LATE) for _ in range(8)]
        sent = []
        for opened in every:
            opened.settimeout(0.5)
            total = 0
            with contextlib.suppress(TimeoutError):
                while total < 64 * MEGABYTE:
                    total += await asyncio.to_thread(opened.send, bytes(65536))
            sent.append(total)
        state = await asyncio.to_thread(ports.state)
        assert max(sent) < 64 * MEGABYTE
        assert 0 < state["used"]["frames"] <= 300
        await asyncio.to_thread(ports.state, "go")
        for opened, total in zip(every, sent, strict=True):
            opened.settimeout(PATIENCE_S)
            opened.shutdown(socket.SHUT_WR)
            assert await asyncio.to_thread(everything, opened) == b"%d" % total
            opened.close()


async def test_a_client_that_does_not_read_holds_up_its_own_answer_alone(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:
        every = [ports.connect(FLOOD) for _ in range(4)]
        written = -1
        while (state := await asyncio.to_thread(ports.state))["written"] != written:
            written = state["written"]
            await asyncio.sleep(0.5)
        assert written < 4 * FLOOD_BYTES
        assert state["used"]["bytes"] < MEGABYTE
        with ports.connect(ECHO) as opened:
            await asyncio.to_thread(ports.echo, opened, b"served")
        found = await asyncio.gather(*(asyncio.to_thread(everything, opened) for opened in every))
        assert [len(each) for each in found] == [FLOOD_BYTES] * 4
        for opened in every:
            opened.close()


async def test_resets_at_every_moment_leave_nothing_behind(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:

        def reset(service: int, data: bytes, wait: int) -> None:
            with ports.connect(service) as opened:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                if data:
                    opened.sendall(data)
                exactly(opened, wait)

        def all_ways() -> None:
            for _ in range(20):
                reset(ECHO, b"", 0)
                reset(ECHO, b"half a line", 0)
                reset(ECHO, bytes(100000), 10)
                reset(FLOOD, b"", 200000)
                reset(LAST_WORD, b"", 3)

        await asyncio.to_thread(all_ways)
        before = await asyncio.to_thread(ports.state)
        await asyncio.to_thread(all_ways)
        await until_idle(ports, before)
        with ports.connect(ECHO) as opened:
            await asyncio.to_thread(ports.echo, opened, b"served")


async def test_a_client_may_come_again_from_the_port_that_the_machine_remembers(tmp_path: Path) -> None:
    """The machine closes first, so it is the machine that remembers the end."""
    async with services(tmp_path) as ports:
        with ports.connect(LAST_WORD) as opened:
            port = opened.getsockname()[1]
            assert await asyncio.to_thread(everything, opened) == b"bye"
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        for _ in range(3):
            with ports.connect(LAST_WORD, port) as opened:
                assert await asyncio.to_thread(everything, opened) == b"bye"
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


async def test_256_connections_are_held(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:
        with contextlib.ExitStack() as held:
            every = [held.enter_context(await asyncio.to_thread(ports.connect, ECHO)) for _ in range(256)]
            for number, opened in enumerate(every):
                await asyncio.to_thread(ports.echo, opened, b"%d" % number)


ANSWERS: Final = """
import select, socket
ANYWHERE = "0.0.0.0"
said = {}

def tried(name, call):
    try:
        said[name] = call()
    except Exception as error:
        said[name] = type(error).__name__, error.args[0]

def pair(port):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen(1)
        client = socket.socket()
        client.connect(("127.0.0.1", port))
        return client, listener.accept()[0]

def events(one):
    poll = select.poll()
    poll.register(one, select.POLLIN | select.POLLOUT)
    return poll.poll(0)[0][1] if poll.poll(0) else 0

def polled():
    client, server = pair(2000)
    found = [events(client)]
    server.send(b"x")
    found.append(events(client))
    client.recv(1)
    server.shutdown(socket.SHUT_WR)
    found.append(events(client))
    client.shutdown(socket.SHUT_WR)
    found.append(events(client))
    return found

def reset():
    client, server = pair(2001)
    client.send(b"unread")
    while not events(server) & select.POLLIN:
        pass
    server.close()
    found = [events(client)]
    tried("recv after a reset", lambda: client.recv(1))
    tried("recv after that", lambda: client.recv(1))
    tried("send after that", lambda: client.send(b"x"))
    return found

def lines():
    client, server = pair(2002)
    server.sendall(b"one\\ntwo\\nthree")
    server.close()
    return [client.readline(), list(client)]

def waits():
    client, server = pair(2003)
    client.settimeout(0.05)
    tried("recv in time", lambda: client.recv(1))
    client.setblocking(False)
    tried("recv without waiting", lambda: client.recv(1))
    tried("read without waiting", lambda: client.read(1))
    client.settimeout(None)
    server.send(b"abc")
    buffer = bytearray(4)
    view = memoryview(buffer)
    while client.recv(9, socket.MSG_PEEK) != b"abc":
        pass
    return client.recv_into(view[1:], 2), bytes(buffer), client.recv(5)

def full():
    client, server = pair(2004)
    client.setblocking(False)
    sent = 0
    try:
        while True:
            sent += client.send(bytes(10000))
    except OSError as error:
        number = error.errno
    found = [number, events(client) & select.POLLOUT]
    while sent > 0:
        sent -= len(server.recv(65536))
    found.append(events(client) & select.POLLOUT)
    return found

def refused():
    one = socket.socket()
    one.setblocking(False)
    tried("connect without waiting", lambda: one.connect(("127.0.0.1", 1)))
    poll = select.poll()
    poll.register(one, select.POLLOUT)
    found = poll.poll(5000)[0][1]
    return found, one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

def gone():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 2005))
    listener.listen(5)
    client = socket.socket()
    client.connect(("127.0.0.1", 2005))
    client.send(b"last")
    client.close()
    server = listener.accept()[0]
    found = [server.recv(9), server.recv(9)]
    other = socket.socket()
    other.connect(("127.0.0.1", 2005))
    listener.close()
    other.settimeout(5)
    tried("recv where nobody accepted", lambda: other.recv(1))
    return found

def dropped():
    for _ in range(500):
        socket.socket().connect_ex(("127.0.0.1", 1))
    held = []
    tried("too many", lambda: [held.append(socket.socket()) for _ in range(500)])
    number = len(held) > 350
    held.clear()
    return number, bool(socket.socket())

def options():
    one = socket.socket()
    found = []
    for level, name, value in ((socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
            (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 7),
            (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 3), (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)):
        one.setsockopt(level, name, value)
        found.append(one.getsockopt(level, name))
    tried("an option that nobody has", lambda: one.setsockopt(99, 99, 1))
    tried("an option out of range", lambda: one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 0))
    return found

def taken():
    one, two = socket.socket(), socket.socket()
    one.bind(("", 2006))
    tried("bind twice", lambda: two.bind(("", 2006)))
    return two.getsockname() == (ANYWHERE, 0)

def unconnected():
    one = socket.socket()
    tried("recv unconnected", lambda: one.recv(1))
    tried("send unconnected", lambda: one.send(b"x"))
    tried("shutdown unconnected", lambda: one.shutdown(socket.SHUT_WR))
    tried("getpeername unconnected", one.getpeername)
    tried("accept without listen", one.accept)
    one.close()
    tried("recv closed", lambda: one.recv(1))
    tried("connect to no port", lambda: socket.socket().connect(("127.0.0.1", 70000)))
    tried("datagrams", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    tried("version 6", lambda: socket.socket(socket.AF_INET6))
    return one.fileno()

def addresses():
    tried("no port", lambda: socket.getaddrinfo("10.0.2.2", "http"))
    tried("no name", lambda: socket.getaddrinfo("db.lab", 80))
    return socket.getaddrinfo("10.0.2.2", "80", 0, socket.SOCK_STREAM), socket.getaddrinfo("", 80)[0][4] == (ANYWHERE, 80), [
        each[4] for each in socket.getaddrinfo(None, 7, type=socket.SOCK_DGRAM)]

def texts():
    tried("no address", lambda: socket.inet_aton("1.2.3.400"))
    return socket.inet_aton("1.2.3.4"), socket.inet_ntoa(b"\\1\\2\\3\\4"), socket.inet_pton(socket.AF_INET, "9.8.7.6")

def old_name():
    import usocket
    return usocket.socket is socket.socket

for each in (old_name, polled, reset, lines, waits, full, refused, gone, dropped, options, taken, unconnected, addresses, texts):
    tried(each.__name__, each)
print("said", said)
"""

IN, OUT, ERROR, HANG_UP = 1, 4, 8, 16
SAID: Final[dict[str, object]] = {
    "old_name": True,
    "polled": [OUT, IN | OUT, IN | OUT, IN | OUT | HANG_UP],
    "reset": [IN | OUT | ERROR | HANG_UP],
    "recv after a reset": ("OSError", 104),
    "recv after that": b"",
    "send after that": ("OSError", 32),
    "lines": [b"one\n", [b"two\n", b"three"]],
    "waits": (2, b"\0ab\0", b"c"),
    "recv in time": ("timeout", 110),
    "recv without waiting": ("OSError", 11),
    "read without waiting": None,
    "full": [11, 0, OUT],
    "refused": (OUT | ERROR | HANG_UP, 111, 0),
    "connect without waiting": ("OSError", 115),
    "gone": [b"last", b""],
    "recv where nobody accepted": ("OSError", 104),
    "dropped": (True, True),
    "too many": ("OSError", 105),
    "options": [1, 1, 1, 7, 3, 2],
    "an option that nobody has": ("OSError", 92),
    "an option out of range": ("OSError", 22),
    "taken": True,
    "bind twice": ("OSError", 98),
    "unconnected": -1,
    "recv unconnected": ("OSError", 107),
    "send unconnected": ("OSError", 107),
    "shutdown unconnected": ("OSError", 107),
    "getpeername unconnected": ("OSError", 107),
    "accept without listen": ("OSError", 22),
    "recv closed": ("OSError", 9),
    "connect to no port": ("OverflowError", "a port is within 0 and 65535"),
    "datagrams": ("OSError", 19),
    "version 6": ("OSError", 97),
    "addresses": ([(2, 1, 6, "", ("10.0.2.2", 80))], True, [("127.0.0.1", 7)]),
    "no port": ("gaierror", -8),
    "no name": ("gaierror", -2),
    "texts": (b"\1\2\3\4", "1.2.3.4", b"\x09\x08\x07\x06"),
    "no address": ("OSError", "it is no address"),
}
"""With Linux's numbers; what CPython on Linux says there, as far as it has the same."""


async def test_a_socket_answers_as_on_linux(tmp_path: Path) -> None:
    async with await boot(image(tmp_path, ANSWERS, "answers"), timeout_s=PATIENCE_S) as machine:
        said = await machine.console.expect(rb"said ([^\r\n]*)\r?\n", PATIENCE_S)
        assert literal_eval(said[1].decode()) == SAID


SIX: Final = """
import select, socket, unikernel
unikernel.device("six").wait(20)
listener = socket.socket(socket.AF_INET6)
listener.bind(("::", 2000))
listener.listen(1)
client = socket.socket(socket.AF_INET6)
client.connect(("::1", 2000))
server, who = listener.accept()
client.sendall(b"one\\n")
older = socket.socket()
older.bind(("", 2000))
other = socket.socket(socket.AF_INET6)
other.settimeout(20)
print("said", (server.readline(), who[0], len(who), client.getpeername(), listener.getsockname(),
    other.connect_ex(("fec0::2", 1)), socket.getaddrinfo("fd00::1", 80, 0, socket.SOCK_STREAM),
    socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, "FE80:0::1"))))
"""


async def test_version_6_answers_as_version_4(tmp_path: Path) -> None:
    """Beside it, at the same port; the host of the user network refuses."""
    four, six = StaticIp(name="four"), Ipv6(name="six")
    both = BothIps(first=four, second=six, name="both")
    devices = (VirtioNet(UserNetwork(outbound=True)), four, six, both, TcpSockets(ip=both))
    image = build(Stack("six", App.from_text(SIX), devices), into=tmp_path / "build")
    async with await boot(image, timeout_s=PATIENCE_S) as machine:
        said = await machine.console.expect(rb"said ([^\r\n]*)\r?\n", PATIENCE_S)
        assert literal_eval(said[1].decode()) == (
            *(b"one\n", "::1", 4, ("::1", 2000, 0, 0), ("::", 2000, 0, 0)),
            *(111, [(10, 1, 6, "", ("fd00::1", 80, 0, 0))], "fe80::1"),
        )


async def test_an_app_that_waits_takes_no_processor(tmp_path: Path) -> None:
    """A server with an open connection, in a second in which nothing comes."""
    async with await boot(image(tmp_path, SERVICES), forward={0: ECHO}, timeout_s=10 * PATIENCE_S) as machine:
        await machine.console.expect("ready")
        ports = Ports(machine)
        with ports.connect(ECHO) as opened:
            await asyncio.to_thread(ports.echo, opened, b"awake")

            def seconds() -> float:
                words = Path(f"/proc/{machine.pid}/stat").read_text().rsplit(")", 1)[1].split()
                return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

            before = seconds()
            await asyncio.sleep(2)
            assert seconds() - before < 0.5
