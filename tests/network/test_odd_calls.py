"""An app that calls whatever the socket module has with whatever there is: an exception each time, or an answer, and the
machine lives. The C between Python and the network is tried as it is in the machine: the host has no such runtime.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from tests.network.asked import asked, image_of, network_name
from tests.network.peer import PATIENCE_S, peer
from unikernel.devices import BothIps, Ipv6, Network, StaticIp, TcpSockets, UdpSockets, VirtioNet

CALLS: Final = 10_000
SEED: Final = 11
SETUP: Final = """
import errno, gc, select
OWN = "10.0.2.15"
number = 1
def below(limit):
    global number
    number = (number * 1103515245 + 12345) & 0x7FFFFFFF
    return (number >> 8) % limit
def one_of(things):
    return things[below(len(things))]
ADDRESSES = [
    (OWN, 7), ("127.0.0.1", 7), ("10.0.2.2", 7), ("", 0), ("0.0.0.0", 7), ("::", 7), ("fd00:9::15", 7), ("::1", 7, 0, 0),
    ("fe80::2%1", 7), ("224.0.0.7", 7), ("255.255.255.255", 7), (OWN, -1), (OWN, 65536), (OWN, 2**70), (OWN,), (), (7, OWN),
    (OWN, "7"), ("x" * 300, 7), ("1:2:3:4:5:6:7:8:9", 7), ("10.0.2.999", 7), (OWN, 7, 0, 0, 0), ("a\\0b", 7), (None, 7),
    (b"10.0.2.15", 7), [OWN, 7], ("\\u00e4.lab", 7),
]
VALUES = [
    0, 1, 2, 3, 4, 7, 10, 255, 256, 1500, -1, -2**31, 2**31, 2**32, 2**63, -2**70, 0.0, 0.5, -0.5, 1e300, True, None, "", OWN,
    "text", b"", b"bytes", b"x" * 3000, bytearray(5), bytearray(0), memoryview(bytearray(9)), [], {}, set(), object, print,
    memoryview(b"read only"), range(3), lambda *each: None, b"\\xe0\\0\\0\\7" + bytes(4), bytes(8), "r", "rb", "wb",
]
held = []
def anything():
    kind = below(10)
    if kind < 4:
        return one_of(ADDRESSES)
    return one_of(held) if kind == 4 and held else one_of(VALUES)
def opened():
    made = socket.socket(*one_of([(), (2, 1), (2, 2), (10, 1), (10, 2)]))
    made.setblocking(False)
    return made
def call():
    if below(8) == 0 and len(held) < 12:
        held.append(opened())
    target = one_of(held) if held and below(4) else socket
    names = [name for name in dir(target) if name[:2] != "__" and name != "create_connection"]  # it waits
    function = getattr(target, one_of(names))
    if not callable(function) or isinstance(function, type):
        return "no call"
    found = function(*[anything() for _ in range(one_of((0, 1, 1, 1, 2, 2, 3, 4)))])
    for each in found if isinstance(found, tuple) else (found,):
        if isinstance(each, socket.socket) and each not in held:
            held.append(each)
    return "answer"
def quiet():
    for each in held:
        try:
            each.setblocking(False)
        except OSError:
            pass
    while len(held) > 12 or (held and below(30) == 0):
        held.pop(below(len(held))).close()
def odd(calls, seed):
    global number
    number = seed
    ends = {}
    for _ in range(calls):
        try:
            said = call()
        except Exception as error:
            said = type(error).__name__
            if isinstance(error, OSError) and not error.args:
                raise
        ends[said] = ends.get(said, 0) + 1
        quiet()
    while held:
        held.pop().close()
    return ends
def used():
    gc.collect()
    return {name: pool.used for name, pool in ip.pools().items() if name not in ("bytes", "references", "timers")}
"""
EXPECTED: Final = {"OSError", "TypeError", "ValueError", "OverflowError", "gaierror", "MemoryError", "UnicodeError"}
SEEN: Final = {"answer", "no call", "OSError", "TypeError", "ValueError", "OverflowError"}


async def test_no_call_of_an_apps_harms_the_machine(tmp_path: Path) -> None:
    lab = network_name()
    link = VirtioNet(Network(lab))
    both = BothIps(name="ip", first=StaticIp(link=link), second=Ipv6(link=link, address="fd00:9::15/64"))
    image = image_of(tmp_path, both, TcpSockets(ip=both), UdpSockets(ip=both), setup=SETUP)
    async with peer(lab, "10.0.2.2", "fd00:9::1") as host, asked(image) as app:
        before = await app.ask("used()")
        ends = await app.ask(f"odd({CALLS}, {SEED})", 10 * PATIENCE_S)
        assert sum(ends.values()) == CALLS
        assert SEEN <= set(ends) <= SEEN | EXPECTED, ends
        assert await host.ping("10.0.2.15") == b"ping"
        async with asyncio.timeout(10 * PATIENCE_S):
            while await app.ask("used()") != before:
                await asyncio.sleep(1)
