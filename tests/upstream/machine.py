"""The image that holds upstream's tests, and a run of one of them: a machine each, so that none disturbs another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from tests.upstream import compiled, suite
from unikernel.app import App
from unikernel.build.app import write
from unikernel.build.image import Image, build
from unikernel.devices import (
    OPEN,
    DnsResolver,
    LittleFs,
    MbedTls,
    RamDisk,
    RawMemory,
    StaticIp,
    TcpSockets,
    UdpSockets,
    VirtioNet,
)
from unikernel.machine.boot import boot
from unikernel.stack import Stack

GUEST = Path(__file__).parent / "guest"
TIMEOUT_S = 60
NIC = "net"
SKIP = b"SKIP\n"
"""What a test prints that finds its subject missing."""

_networks = count()


@dataclass(frozen=True)
class Outcome:
    """What a machine printed, lines ending as upstream's files do, and why it did not end well, or nothing."""

    output: bytes
    fault: str

    @property
    def skips(self) -> bool:
        """Whether the test says itself that it does not apply."""
        return not self.fault and self.output == SKIP


def private_network() -> str:
    """One where nobody else is yet."""
    return f"network u{os.getpid()}-{next(_networks)}"


@cache
def image() -> Image:
    """One image for all tests, with every device that brings what they try."""
    guest = {path.name: path.read_bytes() for path in GUEST.glob("*.py")}
    folders = {f"{folder}.romfs": write(suite.files(folder)) for folder in suite.FOLDERS}
    stack = Stack.default("upstream", App({**guest, **folders, **compiled.tests().files}))
    files = LittleFs(disk=RamDisk(), mount_point=f"/tests/{suite.WRITING}")
    names = DnsResolver(hosts="micropython.org=127.0.0.1")  # main.py of the guest stands for it
    network = (VirtioNet(OPEN, name=NIC), StaticIp(), TcpSockets(), UdpSockets(), names, MbedTls())
    for device in (RawMemory(), files, *network):
        stack = stack.add(device)
    return build(stack)


async def run(test: str) -> Outcome:
    """Boots a machine that runs `test` and ends; none for a test that the build refuses."""
    if refusal := compiled.tests().refused.get(test):
        return Outcome(b"", refusal)
    path = f"{test.removesuffix('.py')}.mpy" if compiled.tests().brought(test) else test
    machine = await boot(image(), timeout_s=TIMEOUT_S, parameters={f"{NIC}.network": private_network()})
    async with machine:
        machine.console.post(f"{path}\n")  # not send: a short test may have ended before it returns
        ended = await machine.wait()
    output = ended.transcript.data.replace(b"\r\n", b"\n")
    return Outcome(output, "" if ended.status == 0 else ended.reason)
