"""A real machine on the host's networks: forwards lead into it, nothing else leads out, machines reach each other, cables."""

import asyncio
import socket
from pathlib import Path

from tests.network.asked import Asked, asked, image_of, network_name
from unikernel.devices import OPEN, Network, StaticIp, TcpSockets, UdpSockets, UserNetwork, VirtioNet
from unikernel.machine.network.forwards import OpenForward

CLIENTS = 100
SERVER = """
import asyncio
async def serve(reader, writer):
    line = await reader.readline()
    await reader.readline()  # who closes with something unread resets the connection
    writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + line)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
async def main():
    await asyncio.start_server(serve, "0.0.0.0", 80)
    print("ready")
    await asyncio.sleep(1e6)
asyncio.run(main())
"""
ECHO = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 53))
print("ready")
while True:
    data, peer = s.recvfrom(100)
    s.sendto(data, peer)
"""
CONNECT = '(lambda s: (s.settimeout(2), s.connect(("{}", {})), s.send(b"out"), s.close())[2])(socket.socket())'


async def get(forward: OpenForward) -> bytes:
    reader, writer = await asyncio.open_connection(forward.host, forward.port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_forward_leads_into_the_machine_for_a_hundred_at_once_and_can_be_seen(tmp_path: Path) -> None:
    image = image_of(tmp_path, VirtioNet(UserNetwork({0: 80})), StaticIp(name="ip"), TcpSockets(), setup=SERVER)
    async with asked(image) as app:
        machine = app.machine
        (forward,) = machine.forwards
        for _ in range(2):
            answers = await asyncio.gather(*(get(forward) for _ in range(CLIENTS)))
            assert set(answers) == {b"HTTP/1.0 200 OK\r\n\r\nGET / HTTP/1.0\r\n"}
        async with await machine.capture() as capture:
            assert await get(forward) == answers[0]
        assert "HTTP, GET '/'" in capture.table().text()
        assert str(machine).splitlines()[1:] == [f"http://127.0.0.1:{forward.port}/  10.0.2.15/24"]
        await machine.restart()
        await machine.console.expect("ready")
        assert await get(forward) == answers[0]


async def test_a_forward_of_datagrams_too(tmp_path: Path) -> None:
    image = image_of(tmp_path, VirtioNet("user outbound"), StaticIp(name="ip"), UdpSockets(), setup=ECHO)
    async with asked(image, forward=["0:53/udp"]) as app:
        (forward,) = app.machine.forwards
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(20)
            client.sendto(b"hello", (forward.host, forward.port))
            assert await asyncio.to_thread(client.recv, 100) == b"hello"


async def test_nothing_leads_out_unless_it_is_said(tmp_path: Path) -> None:
    image = image_of(tmp_path, VirtioNet(OPEN), StaticIp(name="ip"), TcpSockets())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        connect = CONNECT.format("10.0.2.2", server.getsockname()[1])
        async with asked(image) as app:
            kind, _ = await app.ask(connect)
            assert kind == "OSError"
            assert not reached(server)
        async with asked(image, parameters={"virtionet.network": "user outbound"}) as app:
            assert await app.ask(connect) == 3
            assert reached(server)


def reached(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


async def test_two_machines_reach_each_other_and_not_without_a_cable(tmp_path: Path) -> None:
    lab = network_name()
    parts = (VirtioNet(Network(lab)), StaticIp(name="ip", address=OPEN), TcpSockets())
    server, client = (image_of(tmp_path / name, *parts, name=name, setup=setup) for name, setup in SETUPS)
    there = {"ip.address": "10.0.2.21/24"}
    async with asked(server, parameters=there), asked(client, parameters={"ip.address": "10.0.2.22/24"}) as app:
        connect = CONNECT.format("10.0.2.21", 80)
        assert await app.ask(connect) == 3
        await app.machine.link(up=False)
        await until(app, "ip.up", False)
        assert (await app.ask(connect))[0] == "OSError"
        await app.machine.link(up=True)
        await until(app, "ip.up", True)
        assert await app.ask(connect) == 3


SETUPS = (("server", SERVER), ("client", ""))


async def until(app: Asked, expression: str, value: object) -> None:
    """The machine hears of its cable by an interrupt: soon, but not at once."""
    while await app.ask(expression) != value:
        await asyncio.sleep(0.01)
