"""A connection that its peer breaks off, in whichever state: the app is told, nothing is held, the service goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.peer import peer
from tests.network.segments import ACK, FIN, PSH, RST, SYN, End, Ends, ends
from unikernel.build.image import Image
from unikernel.devices import Network, StaticIp, TcpSockets, VirtioNet

LAB: Final = network_name()
OWN: Final = "10.0.2.15"
PORT: Final = 7
OUT: Final = 4000
RESET, REFUSED = 104, 111
SETUP: Final = """
import gc
server = socket.socket()
server.bind(("", 7))
server.listen(8)
server.settimeout(20)
def take():
    global guest
    guest = server.accept()[0]
    guest.settimeout(20)
def out():
    global guest
    guest = socket.socket()
    guest.settimeout(20)
    guest.connect(("10.0.2.2", 4000))
def used():
    gc.collect()
    return {name: pool.used for name, pool in ip.pools().items()}
"""
Broken = Callable[[Asked, Ends], Awaitable[None]]


async def connected(app: Asked, each: Ends) -> End:
    end = each.end(OWN, PORT)
    await end.open()
    await app.ask("take()")
    return end


async def half_open(app: Asked, each: Ends) -> None:
    end = each.end(OWN, PORT)
    await end.say(SYN)
    await end.hear(SYN | ACK)
    await end.reset()


async def not_accepted(app: Asked, each: Ends) -> None:
    end = each.end(OWN, PORT)
    await end.open()
    await end.say(ACK | PSH, b"x" * 1000)
    await end.hear(ACK)
    await end.reset()


async def established(app: Asked, each: Ends) -> None:
    await (await connected(app, each)).reset()
    assert await app.ask("guest.recv(10)") == ("OSError", (RESET,))
    assert await app.ask("guest.recv(10)") == b""
    assert (await app.ask("guest.send(b'x')"))[0] == "OSError"
    await app.ask("guest.close()")


async def unread(app: Asked, each: Ends) -> None:
    end = await connected(app, each)
    for _ in range(3):
        await end.say(ACK | PSH, b"x" * 1000)
    while (await end.hear(ACK)).acknowledged != end.number:
        pass
    await end.reset()
    assert await app.ask("[len(guest.recv(1000)) for _ in range(3)]") == [1000] * 3
    assert await app.ask("guest.recv(10)") == ("OSError", (RESET,))
    await app.ask("guest.close()")


async def unsent(app: Asked, each: Ends) -> None:
    """With a window of 0 all that the app writes waits."""
    end = each.end(OWN, PORT)
    await end.open(window=0)
    await app.ask("take()")
    assert await app.ask("guest.send(b'x' * 30000)") > 0
    await end.reset()
    assert await app.ask("guest.recv(10)") == ("OSError", (RESET,))
    await app.ask("guest.close()")


async def fin_wait_1(app: Asked, each: Ends) -> None:
    end = await connected(app, each)
    await app.ask("guest.close()")
    await end.hear(FIN)
    await end.reset()


async def fin_wait_2(app: Asked, each: Ends) -> None:
    end = await connected(app, each)
    await app.ask("guest.close()")
    await end.hear(FIN)
    await end.say(ACK)
    await end.reset()


async def closing(app: Asked, each: Ends) -> None:
    """Both end at once."""
    end = await connected(app, each)
    await app.ask("guest.close()")
    await end.hear(FIN)
    end.expected -= 1  # its end is not acknowledged
    await end.say(FIN | ACK)
    await end.hear(ACK)
    await end.reset()


async def close_wait(app: Asked, each: Ends) -> None:
    end = await connected(app, each)
    await end.say(FIN | ACK)
    await end.hear(ACK)
    await end.reset()
    await each.host.ping(OWN)  # it has come
    assert await app.ask("guest.send(b'x')") == ("OSError", (RESET,))
    await app.ask("guest.close()")


async def last_ack(app: Asked, each: Ends) -> None:
    end = await connected(app, each)
    await end.say(FIN | ACK)
    await app.ask("guest.close()")
    await end.hear(FIN)
    await end.reset()


async def syn_sent(app: Asked, each: Ends) -> None:
    asking = asyncio.ensure_future(app.ask("out()"))
    end = each.answering(OUT, OWN, 0)
    asked_for = await end.hear(SYN)
    end.port = asked_for.source_port
    await end.say(RST | ACK)
    assert await asking == ("OSError", (REFUSED,))
    await app.ask("guest.close()")


STATES: Final[tuple[Broken, ...]] = (
    *(half_open, not_accepted, established, unread, unsent, fin_wait_1, fin_wait_2, closing, close_wait, last_ack),
    syn_sent,
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    parts = (VirtioNet(Network(LAB)), StaticIp(name="ip"), TcpSockets())
    return image_of(tmp_path_factory.mktemp("resets"), *parts, setup=SETUP)


async def echoed(app: Asked, each: Ends) -> End:
    """A whole exchange, begun and ended by the peer."""
    end = await connected(app, each)
    await end.say(ACK | PSH, b"hello")
    assert await app.ask("guest.send(guest.recv(5))") == 5
    assert await end.take(5) == b"hello"
    await end.say(FIN | ACK)
    assert await app.ask("guest.recv(5)") == b""
    await app.ask("guest.close()")
    await end.hear(FIN)
    await end.say(ACK)
    return end


async def until_used(app: Asked, wanted: dict[str, int]) -> None:
    found = {}
    try:
        async with asyncio.timeout(20):
            while (found := await app.ask("used()")) != wanted:
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert found == wanted


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_a_reset_in_every_state_leaves_nothing(image: Image, state: Broken) -> None:
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        before = await app.ask("used()")
        await echoed(app, each)
        await until_used(app, before)
        for _ in range(3):
            await state(app, each)
        await until_used(app, before)
        await echoed(app, each)
        await until_used(app, before)


async def test_an_end_that_is_remembered_is_not_reset_and_gives_way_to_a_new_connection(image: Image) -> None:
    """TIME-WAIT. RFC 1337: a reset that comes late does not end it; RFC 9293, section 3.10.7.4: a new SYN does."""
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        end = await connected(app, each)
        await app.ask("guest.close()")
        await end.hear(FIN)
        await end.say(FIN | ACK)
        await end.hear(ACK)
        remembered = await app.ask("used()")
        await end.reset()
        await echoed(app, each)
        await until_used(app, remembered)
        end.number += 64000  # a clock has gone on
        await end.open()
        await app.ask("take()")
        await end.say(ACK | PSH, b"hello")
        assert await app.ask("guest.recv(5)") == b"hello"
        assert (await app.ask("used()"))["connections"] == remembered["connections"]


async def test_what_was_said_goes_out_before_the_reset_of_what_was_not_read(image: Image) -> None:
    """A service that refuses a request before it has come whole: its words arrive."""
    async with peer(LAB) as host, ends(host) as each, asked(image) as app:
        end = await connected(app, each)
        await end.say(ACK | PSH, b"a long request")
        await end.hear(ACK)
        await app.ask("[guest.send(part) for part in (b'no', b': too', b' long')], guest.close()")
        heard = b""
        while not (segment := await end.hear()).flags & RST:
            heard += segment.data
        assert heard == b"no: too long"
