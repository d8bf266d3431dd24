"""Upstream's tests for two machines, which speak over a private network."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.upstream import suite
from tests.upstream.machine import NIC, Outcome, private_network
from unikernel.app import App
from unikernel.build.app import write
from unikernel.build.image import Image, build
from unikernel.devices import OPEN, MbedTls, StaticIp, TcpSockets, UdpSockets, VirtioNet
from unikernel.errors import MachineError
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

FOLDER = "multi_net"
GUEST = Path(__file__).parent / "guest_multi/main.py"
INSTANCES = 2
TIMEOUT_S = 15
"""An instance whose peer has failed waits for ever."""
_WORDS = re.compile(r"(?:SET|NEXT|BROADCAST|OUTPUT_METRIC)\b")


@dataclass
class Instance:
    """One of those who speak: how it is told a line, its lines, and what of them is its answer."""

    tell: Callable[[str], object]
    lines: AsyncIterator[str]
    answer: list[str] = field(default_factory=list)


class DoesNotApplyError(Exception):
    """An instance says so; the others would wait for it."""


async def conversation(instances: list[Instance], path: str, addresses: list[str]) -> Outcome:
    """Starts each when those before it are ready, hands on what they tell, and puts their answers one after the other."""
    names: list[str] = []
    try:
        for number, each in enumerate(instances):
            each.tell("\n".join([f"{path} {number} {addresses[number]}", *names, "", ""]))
            await _listen(each, instances, names, until="NEXT")
        await asyncio.gather(*(_listen(each, instances, names) for each in instances))
    except DoesNotApplyError:
        return Outcome(b"SKIP\n", "")
    answers = (f"--- instance{number} ---\n" + "\n".join(each.answer) for number, each in enumerate(instances))
    return Outcome("".join(f"{answer}\n" for answer in answers).encode(), "")


async def _listen(each: Instance, instances: list[Instance], names: list[str], *, until: str = "") -> None:
    """Takes one's lines, until it has said `until`, or ends; what it sets is added to `names`."""
    async for line in each.lines:
        if line == "SKIP":
            raise DoesNotApplyError
        if line.startswith("SET "):
            names.append(line.removeprefix("SET "))
        elif line.startswith("BROADCAST "):
            for other in instances:
                if other is not each:
                    other.tell(f"{line}\n")
        elif not _WORDS.match(line):
            each.answer.append(line)
        if line == until:
            return


@cache
def image() -> Image:
    """One image for all; the network and the address are given at boot."""
    files = {"main.py": GUEST.read_bytes(), f"{FOLDER}.romfs": write(suite.files(FOLDER))}
    stack = Stack.default("upstream-multi", App(files))
    for device in (
        VirtioNet(OPEN, name=NIC),
        StaticIp(name="ip", address=OPEN, gateway=""),
        TcpSockets(),
        UdpSockets(),
        MbedTls(),
    ):
        stack = stack.add(device)
    return build(stack)


async def run(test: str) -> Outcome:
    """Boots two machines that run `test`."""
    network = private_network()
    addresses = [f"10.0.2.{number + 1}" for number in range(INSTANCES)]
    async with AsyncExitStack() as machines:
        started = []
        for address in addresses:
            parameters = {f"{NIC}.network": network, "ip.address": f"{address}/24"}
            machine = await boot(image(), timeout_s=TIMEOUT_S, parameters=parameters)
            started.append(await machines.enter_async_context(machine))
        instances = [Instance(each.console.post, lines(each)) for each in started]
        outcome = await conversation(instances, f"/tests/{test}", addresses)
        ended = [await machine.stop() if outcome.skips else await machine.wait() for machine in started]
    reasons = [run.reason for run in ended if run.status and not outcome.skips]
    return outcome if not reasons else Outcome(outcome.output, "; ".join(reasons))


async def lines(machine: Machine) -> AsyncIterator[str]:
    """What the machine writes, until it ends."""
    with suppress(MachineError):
        while True:
            match = await machine.console.expect(rb"([^\r\n]*)\r?\n", TIMEOUT_S)
            yield match[1].decode("utf-8", "replace")


async def by_cpython(test: str) -> bytes:
    """What CPython prints in the machines' place, over the loopback."""
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-BSu", str(GUEST)),
            cwd=(suite.root() / test).parent,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(INSTANCES)
    ]

    async def written(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
        assert process.stdout
        async for line in process.stdout:
            yield line.decode().rstrip("\n")

    def tell(process: asyncio.subprocess.Process) -> Callable[[str], object]:
        assert process.stdin
        stdin = process.stdin
        return lambda text: stdin.write(text.encode())

    instances = [Instance(tell(process), written(process)) for process in processes]
    outcome = await conversation(instances, str(suite.root() / test), ["127.0.0.1"] * INSTANCES)
    for process in processes:
        if await process.wait():
            raise AssertionError(f"{test}: CPython ends with {process.returncode}")
    return outcome.output
