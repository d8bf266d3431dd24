"""TcpSockets: what many clients, slow ones and rude ones do to a server, and what they leave behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import Any, Final

from tests.devices.tcp_services import (
    ECHO,
    FLOOD,
    FLOOD_BYTES,
    LAST_WORD,
    LATE,
    MEGABYTE,
    PATIENCE_S,
    RESET,
    SERVICES,
    Ports,
    everything,
    exactly,
    image,
    services,
)
from unikernel.machine.boot import boot

SPARE_BYTES: Final = 200_000


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


async def test_256_connections_are_held(tmp_path: Path) -> None:
    async with services(tmp_path) as ports:
        with contextlib.ExitStack() as held:
            every = [held.enter_context(await asyncio.to_thread(ports.connect, ECHO)) for _ in range(256)]
            for number, opened in enumerate(every):
                await asyncio.to_thread(ports.echo, opened, b"%d" % number)


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
