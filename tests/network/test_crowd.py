"""Many clients: one after the other, at once, slow ones, and more than there is room for."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Final

import pytest

from tests.network.served import Served, answer, fetch, image_of, request, served
from unikernel.build.image import Image
from unikernel.devices import StaticIp, TcpSockets, UserNetwork, VirtioNet
from unikernel.machine.network.forwards import OpenForward

PARTS: Final = (VirtioNet(UserNetwork({0: 80})), StaticIp(name="ip"), TcpSockets())
IN_SEQUENCE: Final = 1000
AT_ONCE: Final = 100
SLOW: Final = 120
PATIENCE_S: Final = 60
NO_BUFFERS: Final = 105
FLAT_BYTES: Final = 32768
"""How much more of the heap may be held: tables grow, and the collector takes for a reference what only looks like one."""
WASTED_BYTES: Final = 256 << 10
"""The same, where all four megabytes of it were taken in pieces of 4 KiB."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return image_of(tmp_path_factory.mktemp("crowd"), *PARTS)


async def all_at_once(app: Served, count: int) -> None:
    found = await asyncio.gather(*(app.fetch(f"/{number}", PATIENCE_S) for number in range(count)))
    assert found == [f"/{number}".encode() for number in range(count)]


async def thousand(folder: Path) -> None:
    """The machine closes first, so it remembers each end for a minute; then that is gone, too."""
    async with served(image_of(folder, *PARTS)) as app:
        before = await app.ask("used()")
        await all_at_once(app, AT_ONCE)  # tables have grown to what they need
        await idle(app)
        heap_bytes = await app.ask("heap()")
        for number in range(IN_SEQUENCE):
            assert await app.fetch(f"/{number}", PATIENCE_S, last=True) == f"/{number}".encode()
        await all_at_once(app, AT_ONCE)
        assert await app.ask("(served, errors)") == (IN_SEQUENCE + 2 * AT_ONCE, [])
        await app.settled(before)
        assert await app.ask("heap()") < heap_bytes + FLAT_BYTES


@pytest.mark.beside.with_args(thousand)
async def test_a_thousand_after_one_another_and_a_hundred_at_once_leave_nothing_behind(end: asyncio.Task[None]) -> None:
    await end


async def slowly(forward: OpenForward, number: int, step: asyncio.Barrier) -> bytes:
    """Asks a byte at a time, all others with it."""
    reader, writer = await asyncio.open_connection(forward.host, forward.port)
    for byte in request(f"/{number}")[:-1]:
        await step.wait()
        writer.write(bytes([byte]))
        await writer.drain()
    await step.wait()
    writer.write(b"\n")
    found = await reader.readexactly(len(answer(f"/{number}".encode())))
    writer.close()
    return found


async def test_slow_clients_hold_up_nobody_and_are_answered_in_the_end(image: Image) -> None:
    async with served(image) as app:
        before = await app.ask("used()")
        step = asyncio.Barrier(SLOW + 1)
        (forward,) = app.machine.forwards
        slow = [asyncio.ensure_future(slowly(forward, 100 + number, step)) for number in range(SLOW)]
        for number in range(len(request("/100"))):
            await step.wait()
            if number % 5 == 0:
                assert await app.fetch("/quick", PATIENCE_S) == b"/quick"
        async with asyncio.timeout(PATIENCE_S):
            found = await asyncio.gather(*slow)
        assert found == [answer(f"/{100 + number}".encode()) for number in range(SLOW)]
        await idle(app)
        assert await app.ask("errors") == []
        await app.settled(before)


async def idle(app: Served) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await app.ask("len(clients)"):
            await asyncio.sleep(0.05)


async def kept(forward: OpenForward) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that has been answered once, and stays."""
    reader, writer = await asyncio.open_connection(forward.host, forward.port)
    await again(reader, writer)
    return reader, writer


async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(request("/again"))
    wanted = answer(b"/again")
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readexactly(len(wanted)) == wanted


async def test_when_all_sockets_are_taken_the_next_is_refused_and_the_others_live(image: Image) -> None:
    async with served(image) as app:
        (forward,) = app.machine.forwards
        before = await app.ask("used()")
        clients = [await kept(forward) for _ in range(10)]
        assert await app.ask("fill()") == NO_BUFFERS
        assert await app.ask("(lambda pool: pool.used == pool.size)(ip.pools()['connections'])")
        for client in clients:
            await again(*client)
        assert await app.ask("fill()") == NO_BUFFERS
        late = asyncio.ensure_future(kept(forward))  # it waits, until there is room
        for client in clients:
            await again(*client)
        await app.ask("empty()")
        clients.append(await late)
        for _, writer in clients:
            writer.close()
        assert await app.fetch("/after") == b"/after"
        await idle(app)
        await app.settled(before)


async def test_when_the_heap_is_full_some_get_no_answer_and_nobody_a_wrong_one(image: Image) -> None:
    async with served(image) as app:
        (forward,) = app.machine.forwards
        before = await app.ask("used()")
        await all_at_once(app, AT_ONCE)
        await idle(app)
        heap_bytes = await app.ask("heap()")
        fillers = [asyncio.ensure_future(fetch(forward, "/fill")) for _ in range(3)]
        answered = 0
        while not all(each.done() for each in fillers):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                assert await app.fetch("/x", PATIENCE_S) == b"/x"
                answered += 1
        for each in fillers:
            with pytest.raises((OSError, asyncio.IncompleteReadError)):
                each.result()
        assert await app.ask("lacking") >= 1
        assert answered > 0
        await all_at_once(app, AT_ONCE)
        await idle(app)
        await app.settled(before, ends=False)
        assert await app.ask("heap()") < heap_bytes + WASTED_BYTES
