"""Clients of TLS that are wrong in every way, on a private network; afterwards all is as it was."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Final

from tests.network.asked import APP, Asked, asked, network_name
from tests.network.hostile_tls import HostileTls
from tests.network.peer import PATIENCE_S, peer
from tests.network.segments import ACK, PSH, End, Ends, ends
from tests.tls.certificates import Authority
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import MbedTls, Network, Rdrand, StaticIp, TcpSockets, TscClock, Uart16550, VirtioNet
from unikernel.stack import Stack

LAB: Final = network_name()
OWN: Final = "10.0.2.15"
PORT: Final = 443
HOST: Final = "host.test"
BEGINNINGS: Final = 1200
AT_ONCE: Final = 48
SEGMENT_BYTES: Final = 1400
FLAT_BYTES: Final = 16384
SEED: Final = 5
SETUP: Final = """
import gc, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/rom/good.pem", "/rom/good.key")
server = socket.socket()
server.bind(("", 443))
server.listen(8)
server.settimeout(20)
ends = {}
def serve(count):
    for _ in range(count):
        guest = server.accept()[0]
        guest.setblocking(False)
        tls = context.wrap_socket(guest, server_side=True, do_handshake_on_connect=False)
        try:
            tls.do_handshake()
            said = "done"
        except Exception as error:
            said = type(error).__name__
        ends[said] = ends.get(said, 0) + 1
        tls.close()
        guest.close()
    return count
def echo():
    guest = server.accept()[0]
    guest.settimeout(20)
    tls = context.wrap_socket(guest, server_side=True)
    tls.write(tls.readline().upper())
    tls.close()
def used():
    gc.collect()
    return {name: pool.used for name, pool in ip.pools().items()}
def free():
    gc.collect()
    return gc.mem_free()
"""


def image_of(folder: Path, authority: Authority) -> Image:
    files = {"good.pem": authority.good.chain_pem, "good.key": authority.good.key_pem}
    files["main.py"] = APP.replace('print("ready")', f'{SETUP}\nprint("ready")').encode()
    link = VirtioNet(Network(LAB))
    devices = (Uart16550(), TscClock(), Rdrand(), link, StaticIp(name="ip"), TcpSockets(), MbedTls(sessions=4))
    return build(Stack("hostile-tls", App(files), devices), into=folder / "build")


async def say(end: End, said: bytes) -> None:
    """All of it, in segments that fit a frame: a ClientHello with a key share of ML-KEM does not fit one."""
    for at in range(0, len(said), SEGMENT_BYTES):
        await end.say(ACK | PSH, said[at : at + SEGMENT_BYTES])


async def begin(each: Ends, said: bytes) -> End:
    """A connection over which that was said, and has arrived."""
    end = each.end(OWN, PORT)
    await end.open()
    await say(end, said)
    while (await end.hear(ACK)).acknowledged != end.number:
        pass
    return end


async def talk(end: End, authority: Authority, line: bytes) -> bytes:
    """What a good client hears when it says a line."""
    context = ssl.create_default_context(cadata=authority.root.chain_pem.decode())
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
    await end.open()
    written = False
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                session.do_handshake()
                written = written or session.write(line) > 0
                answer = session.read(1000)
            except ssl.SSLWantReadError:
                answer = None
            if said := outgoing.read():
                await say(end, said)
            if answer is not None:
                return answer
            segment = await end.heard.get()
            if segment.data and segment.number == end.expected:
                end.expected = segment.next
                incoming.write(segment.data)
                await end.say(ACK)


async def settled(app: Asked, wanted: object) -> None:
    found = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (found := await app.ask("used()")) != wanted:
                await asyncio.sleep(0.1)
    except TimeoutError:
        assert found == wanted


async def test_after_clients_that_are_wrong_in_every_way_a_server_of_tls_answers_and_holds_nothing(
    tmp_path: Path,
) -> None:
    authority = Authority()
    async with peer(LAB) as host, ends(host) as each, asked(image_of(tmp_path, authority)) as app:
        before = await app.ask("used()")
        said = list(HostileTls(HOST, SEED).beginnings(BEGINNINGS))
        free = 0
        for at in range(0, BEGINNINGS, AT_ONCE):
            begun = await asyncio.gather(*(begin(each, data) for data in said[at : at + AT_ONCE]))
            assert await app.ask(f"serve({AT_ONCE})", PATIENCE_S) == AT_ONCE
            for end in begun:
                await end.reset()
            free = free or await app.ask("free()")
        how = await app.ask("ends")
        assert sum(how.values()) == BEGINNINGS
        assert set(how) == {"SSLError", "SSLWantReadError"}
        assert min(how.values()) > BEGINNINGS // 20
        assert await app.ask("free()") > free - FLAT_BYTES
        await settled(app, before)
        for _ in range(5):
            answering = asyncio.ensure_future(app.ask("echo()"))
            end = each.end(OWN, PORT)
            assert await talk(end, authority, b"hello\n") == b"HELLO\n"
            assert await answering is None
            await end.reset()
