"""TcpSockets: what a connection does for an app and its client, seen from both ends."""

from __future__ import annotations

import asyncio
import os
import socket
from ast import literal_eval
from pathlib import Path
from random import Random
from typing import Final

from tests.devices.tcp_services import COUNT, ECHO, LAST_WORD, MEGABYTE, PATIENCE_S, RESET, everything, image, services
from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import BothIps, Ipv6, StaticIp, TcpSockets, UserNetwork, VirtioNet
from unikernel.machine.boot import boot
from unikernel.stack import Stack


async def test_a_megabyte_comes_back_whole(tmp_path: Path) -> None:
    data = os.urandom(MEGABYTE)
    async with services(tmp_path) as ports:
        reader, writer = await asyncio.open_connection(sock=ports.connect(ECHO))
        writer.write(data)
        assert await asyncio.wait_for(reader.readexactly(len(data)), PATIENCE_S) == data
        writer.close()


async def test_one_way_ends_and_the_other_goes_on(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:
        with ports.connect(COUNT) as opened:
            opened.sendall(bytes(12345))
            opened.shutdown(socket.SHUT_WR)
            assert await asyncio.to_thread(everything, opened) == b"12345"


async def test_a_client_may_come_again_from_the_port_that_the_machine_remembers(tmp_path: Path) -> None:
    """The machine closes first, so it is the machine that remembers the end. The host gives that port to nobody else."""
    port = Random().randrange(20000, 30000)
    async with services(tmp_path) as ports:
        for _ in range(4):
            with ports.connect(LAST_WORD, port) as opened:
                assert await asyncio.to_thread(everything, opened) == b"bye"
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


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
    tried("other version", lambda: socket.socket().connect(("fe80::1", 80)))
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
    "other version": ("gaierror", -9),
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
