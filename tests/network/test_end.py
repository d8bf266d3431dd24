"""The end of a machine breaks nothing off: what it has sent arrives, and its connections are closed."""

import asyncio
from pathlib import Path

import pytest

from tests.network.asked import image_of
from unikernel.devices import StaticIp, TcpSockets, UserNetwork, VirtioNet
from unikernel.machine.boot import boot

SENT = 60_000
"""Bytes, as many as a machine takes for a connection before it waits for the peer."""
PATIENCE_S = 20
SERVER = """
import socket, sys
import unikernel
server = socket.socket()
server.bind(("0.0.0.0", 80))
server.listen(1)
print("ready")
client, _ = server.accept()
client.setblocking(False)
sent = client.send(bytes(60000))
print("sent", sent)
{end}
"""


@pytest.mark.parametrize("end", ["sys.exit(3)", "unikernel.exit(3)"])
async def test_what_was_sent_just_before_the_end_arrives(tmp_path: Path, end: str) -> None:
    devices = (VirtioNet(UserNetwork({0: 80})), StaticIp(name="ip"), TcpSockets())
    image = image_of(tmp_path, *devices, setup=SERVER.format(end=end))
    async with await boot(image, timeout_s=PATIENCE_S * 3) as machine:
        await machine.console.expect("ready")
        reader, writer = await asyncio.open_connection("127.0.0.1", machine.forwards[0].port)
        async with asyncio.timeout(PATIENCE_S):
            received = await reader.read(-1)
        sent = int((await machine.console.expect(r"sent (\d+)"))[1])
        writer.close()
        assert len(received) == sent > SENT // 2
        assert (await machine.wait(PATIENCE_S)).status == 3
