"""Loopback: a machine without a nic that speaks to itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.network.asked import PATIENCE_S, asked, image_of
from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import Loopback, Rdrand, RomFiles, TcpSockets, TscClock, Uart16550
from unikernel.machine.boot import boot
from unikernel.stack import Stack

CONNECTIONS = """
import socket
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(4)
where = listening.getsockname()
with socket.create_connection(where, timeout=5) as ours:
    theirs, _ = listening.accept()
    ours.sendall(b"hello")
    print(theirs.recv(5), ours.gettimeout(), ours.getblocking(), ours.getpeername() == where)
    theirs.close()
source = ("127.0.0.1", 40123)
ours = socket.create_connection(where, source_address=source)
print(ours.getsockname(), ours.gettimeout())
ours.setblocking(False)
print(ours.getblocking())
ours.close()
listening.close()
for wrong in (where, ("127.0.0.1",), "127.0.0.1", ("no address", 80)):
    try:
        print(socket.create_connection(wrong))
    except Exception as error:
        print(isinstance(error, OSError), isinstance(error, (TypeError, ValueError)), error.args[0] == 111)
print(socket.gethostbyname("127.0.0.1"))
"""
"""What CPython answers, a machine does."""


async def test_the_machine_is_there_for_itself(tmp_path: Path) -> None:
    async with asked(image_of(tmp_path, Loopback(name="ip"))) as app:
        assert await app.ask("(ip.address, ip.gateways, ip.up)") == ("127.0.0.1/8", (), True)
        assert 0 < await app.ask('ip.ping("127.0.0.1")') < 20
        assert await app.ask('ip.ping("10.0.2.2")') == ("OSError", (113,))
        assert await app.ask("[each.class_name for each in unikernel.devices() if 'Net' in each.class_name]") == []


async def test_connections_are_made_as_cpythons_are(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", CONNECTIONS]
    wanted = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    devices = (Uart16550(), TscClock(), Rdrand(), RomFiles(), Loopback(), TcpSockets())
    image = build(Stack("itself", App.from_text(CONNECTIONS), devices), into=tmp_path)
    async with await boot(image, timeout_s=PATIENCE_S) as machine:
        run = await machine.wait()
    assert run.transcript.text.replace("\r\n", "\n") == wanted
    assert run.status == 0
