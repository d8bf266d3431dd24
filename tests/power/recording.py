"""What a disk was asked to do, in order: QEMU's block driver ``blklogwrites`` notes it beside the disk.

Source: the Linux kernel, "dm-log-writes", Documentation/admin-guide/device-mapper/log-writes.rst, and QEMU,
``block/blklogwrites.c``. The app's marks are discards, which the driver notes and the file below does not carry out.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from struct import Struct

from unikernel.build.image import Image
from unikernel.machine.boot import describe
from unikernel.machine.limits import Limits
from unikernel.machine.qemu.command import standalone_command
from unikernel.machine.volatile_disk import survivors

PATIENCE_S = 120
SECTOR_BYTES = 512
_SUPER = Struct("<QQQI")  # magic, version, entries, bytes of a sector
_ENTRY = Struct("<QQQQ")  # sector, count of sectors, flags, and what QEMU leaves 0
_MAGIC = 0x6A736677736872
_FLUSH, _DISCARD = 1, 4


@dataclass(frozen=True)
class Write:
    """Bytes on their way to the disk."""

    offset: int
    data: bytes


class Flush:
    """All before it is safe."""


@dataclass(frozen=True)
class Mark:
    """The app has come past its step of this number."""

    number: int


Event = Write | Flush | Mark


def record(image: Image, disk: Path, content: bytes) -> tuple[list[Event], str]:
    """Run `image` on a `disk` of that content; what the disk was asked, and what the machine wrote."""
    disk.parent.mkdir(parents=True, exist_ok=True)
    log = disk.with_suffix(".log")
    log.write_bytes(b"")
    disk.write_bytes(content)
    hardware = describe(image, Limits(image.manifest.memory_bytes))
    command = standalone_command(hardware)
    at = command.index("-device", command.index("-blockdev"))
    below, device = "disk.data", command[at + 1]
    assert f"drive={below}," in device
    node = f"driver=blklogwrites,node-name=noted,discard=unmap,log-sector-size={SECTOR_BYTES},file={below}"
    node += f",log.driver=file,log.filename={log}"
    command[at : at + 2] = ["-blockdev", node, "-device", device.replace(f"drive={below},", "drive=noted,")]
    # The disk itself keeps what is discarded: a discard is a mark here.
    command[command.index("-blockdev") + 1] = command[command.index("-blockdev") + 1].replace("=unmap", "=ignore")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False)
    return list(events(log.read_bytes())), done.stdout.decode() + done.stderr.decode()


def events(log: bytes) -> Iterator[Event]:
    """What a log holds."""
    magic, _, count, sector_bytes = _SUPER.unpack_from(log)
    assert (magic, sector_bytes) == (_MAGIC, SECTOR_BYTES)
    at = SECTOR_BYTES
    for _ in range(count):
        sector, sectors, flags, _ = _ENTRY.unpack_from(log, at)
        at += SECTOR_BYTES
        if flags & _DISCARD:
            yield Mark(sector)
        elif sectors:
            length = sectors * SECTOR_BYTES
            yield Write(sector * SECTOR_BYTES, log[at : at + length])
            at += length
        if flags & _FLUSH:
            yield Flush()


@dataclass(frozen=True)
class Cut:
    """A disk as a loss of power left it: after `writes` writes; `keep` of those not flushed are there; the app had come
    past step `acknowledged`, -1 before the file system was there.
    """

    writes: int
    keep: str | int
    acknowledged: int
    disk: bytes

    def __str__(self) -> str:
        return f"after {self.writes} writes, keep={self.keep!r}, step {self.acknowledged} acknowledged"


def cuts(recorded: list[Event], content: bytes, seeds: int, every: int = 1) -> Iterator[Cut]:
    """Every loss of power that can be, of a disk that had `content`: as each `every`-th write is made, with all, none and
    `seeds` choices of what is not flushed.
    """
    safe, pending = bytearray(content), list[tuple[int, bytes]]()
    acknowledged, writes = -1, 0
    for event in recorded:
        if isinstance(event, Flush):
            _put(safe, pending)
            pending.clear()
        elif isinstance(event, Mark):
            acknowledged = event.number
        else:
            pending.append((event.offset, event.data))
            writes += 1
            if writes % every:
                continue
            yield Cut(writes, "all", acknowledged, _with(safe, pending))
            yield Cut(writes, "none", acknowledged, bytes(safe))
            for seed in range(seeds):
                left = survivors(pending, Random(writes * seeds + seed))
                yield Cut(writes, seed, acknowledged, _with(safe, left))
    _put(safe, pending)
    yield Cut(writes, "all", acknowledged, bytes(safe))


def _put(disk: bytearray, writes: list[tuple[int, bytes]]) -> None:
    for offset, data in writes:
        disk[offset : offset + len(data)] = data


def _with(disk: bytearray, writes: list[tuple[int, bytes]]) -> bytes:
    made = bytearray(disk)
    _put(made, writes)
    return bytes(made)
