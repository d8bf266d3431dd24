"""Figures of disks: ours from Python against Linux with the same MicroPython, on the same file and back end."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from pathlib import Path

from tests.bench.linux import Disk, LinuxGuest
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import Rdrand, RomFiles, TscClock, Uart16550, VirtioBlock
from unikernel.machine.sync import boot
from unikernel.stack import Stack
from unikernel.units import MIB

DISK_BYTES = 64 * MIB
ROUNDS = 3
SIZES = {"4k": (4096, 4000), "1m": (MIB, 200)}
"""Bytes of a request, and how many of them."""

OURS = """
import time, unikernel
disk = unikernel.device("data")
for name, size, count in {work}:
    buffer = bytearray(size)
    blocks = size // 512
    last = disk.ioctl(4, 0) // blocks
    for verb, move in (("write", disk.writeblocks), ("read", disk.readblocks)):
        began = time.ticks_us()
        for number in range(count):
            move(number % last * blocks, buffer)
        print(verb, name, count * 1000000 / time.ticks_diff(time.ticks_us(), began))
"""
# O_DIRECT is 0o40000 and O_RDWR 2, open(2): through Linux's page cache it would be measured as memory. The buffer
# must lie at a page.
LINUX = """
import time, uctypes
opened = libc.func("i", "open", "si")
moves = {{"write": libc.func("l", "pwrite", "ipLl"), "read": libc.func("l", "pread", "ipLl")}}
disk = opened("/dev/vda", 0o40002)
assert disk >= 0, disk
for name, size, count in {work}:
    room = bytearray(size + 4096)
    address = (uctypes.addressof(room) + 4095) // 4096 * 4096
    last = {disk_bytes} // size
    for verb in ("write", "read"):
        move = moves[verb]
        began = time.ticks_us()
        for number in range(count):
            if move(disk, address, size, number % last * size) != size:
                raise OSError
        print(verb, name, count * 1000000 / time.ticks_diff(time.ticks_us(), began))
"""
_LINE = re.compile(r"^(read|write) (\w+) ([\d.]+)$", re.MULTILINE)

Rates = dict[str, float]
"""Requests a second by ``read 4k`` and so on."""


@dataclass(frozen=True)
class Compared:
    """Medians of interleaved rounds."""

    ours: Rates
    linux: Rates

    def ratio(self, name: str) -> float:
        """Ours by Linux's."""
        return self.ours[name] / self.linux[name]


def measure(scratch: Path, linux: LinuxGuest, target: str, aio: str) -> Compared:
    """Both on q35 or ours on another target, the same `aio` for both."""
    folder = scratch / f"storage-{target}-{aio}" / "build"
    folder.mkdir(parents=True)
    image = build(_stack(target, aio), into=folder)
    path = scratch / "linux.img"
    path.write_bytes(b"")
    path.open("r+b").truncate(DISK_BYTES)
    guest = LinuxGuest(modules=("virtio_blk",), packages=linux.packages)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_rates(_run(image)))
        disk = Disk(path, "data", f"cache=writeback,discard=unmap,aio={aio}")
        theirs.append(_rates(guest.run(LINUX.format(work=_work(), disk_bytes=DISK_BYTES), disks=[disk])))
    return Compared(_medians(ours), _medians(theirs))


def _stack(target: str, aio: str) -> Stack:
    disk = VirtioBlock(name="data", size=DISK_BYTES, aio=aio)
    devices = (Uart16550(), TscClock(), Rdrand(), RomFiles(), disk)
    return Stack("bench-storage", App.from_text(OURS.format(work=_work())), devices, target)


def _work() -> list[tuple[str, int, int]]:
    return [(name, size, count) for name, (size, count) in SIZES.items()]


def _run(image: Image) -> str:
    run = boot(image, timeout_s=120).wait()
    assert run.status == 0, run.reason
    return run.transcript.text


def _rates(text: str) -> Rates:
    found = {f"{verb} {name}": float(rate) for verb, name, rate in _LINE.findall(text)}
    assert len(found) == 2 * len(SIZES), text
    return found


def _medians(rounds: list[Rates]) -> Rates:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
