"""Where a machine's disks live: a sparse raw file each, made at the first boot, held by one machine at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal
from unikernel.machine import registry
from unikernel.machine.vmm import Drive
from unikernel.units import memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unikernel.devices.attachment import Disk
    from unikernel.machine.power import Power

SECTOR_BYTES: Final = 512
GRAIN_BYTES: Final = 4096
"""Every disk's size is a multiple of this."""

_held: dict[tuple[int, int], str] = {}
"""Disks of this process's machines, by device and inode, and the machine's name."""


class Disks:
    """The open disks of one machine; each file is locked as long as anybody has it open, the VMM included."""

    def __init__(self, machine: str, wanted: Iterable[Drive], power: Power | None = None) -> None:
        """Open all, or none; a file that is not there is made at its size. With `power` they forget what is not flushed
        as it goes.

        Raises `Refusal` for a file that cannot be opened or made, is no disk, has another size than the stack says, or
        belongs to a running machine.
        """
        self.drives: list[Drive] = []
        self.power = power
        try:
            for each in wanted:
                self.drives.append(replace(each, fd=_opened(each.disk, each.path)))
                _lock(self.drives[-1], machine)
                if power is not None:
                    self.drives[-1] = _volatile(self.drives[-1], power)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give all back."""
        if self.power is not None:
            self.power.close()
        for each in self.drives:
            status = os.fstat(each.fd)
            _held.pop((status.st_dev, status.st_ino), None)
            os.close(each.fd)
        self.drives.clear()


def project_of(image: Path) -> Path:
    """Where the paths of an image's disks start: the folder of its ``build``, or else the current one."""
    folder = image.resolve().parent
    return folder.parent if folder.name == "build" else Path.cwd()


def _opened(disk: Disk, path: Path) -> int:
    mode = os.O_RDONLY if disk.read_only else os.O_RDWR
    try:
        try:
            fd = os.open(path, mode | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return _made(disk, path)
    except OSError as error:
        cure = "give its path another place, or mend its rights"
        raise Refusal(f"{disk.serial}: its file {path} cannot be opened ({error.strerror}); {cure}.") from error
    try:
        _check(disk, path, fd)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _check(disk: Disk, path: Path, fd: int) -> None:
    status = os.fstat(fd)
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISBLK(status.st_mode)):
        raise Refusal(f"{disk.serial}: {path} is no file that could be a disk; give its path another place.")
    size = os.lseek(fd, 0, os.SEEK_END)
    if stat.S_ISREG(status.st_mode) and size != disk.size_bytes:
        has = f"{memory(size)} ({size} bytes)" if size % GRAIN_BYTES == 0 else f"{size} bytes"
        cure = f"set its size to {size}, or remove" if size and size % GRAIN_BYTES == 0 else "remove"
        raise Refusal(
            f"{disk.serial}: its file {path} has {has}, the stack says {memory(disk.size_bytes)}; "
            f"{cure} the file and what is on it."
        )


def _made(disk: Disk, path: Path) -> int:
    """A new disk of zeros that takes no place yet; never half made."""
    if disk.read_only:
        raise Refusal(f"{disk.serial}: it is read-only, and its file {path} is not there; put one there.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        os.ftruncate(fd, disk.size_bytes)
        os.link(partial, path)
    except FileExistsError:
        os.close(fd)
        return _opened(disk, path)  # another machine was faster
    except BaseException:
        os.close(fd)
        raise
    finally:
        partial.unlink()
    return fd


def _volatile(each: Drive, power: Power) -> Drive:
    size_bytes = os.lseek(each.fd, 0, os.SEEK_END) // SECTOR_BYTES * SECTOR_BYTES
    return replace(each, serve=power.disk(each.fd, size_bytes, read_only=each.disk.read_only))


def _lock(each: Drive, machine: str) -> None:
    status = os.fstat(each.fd)
    key = (status.st_dev, status.st_ino)
    try:
        fcntl.flock(each.fd, (fcntl.LOCK_SH if each.disk.read_only else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _held.get(key) or _holder(key)
        raise Refusal(
            f"{each.disk.serial}: its file {each.path} belongs to {holder}, which runs; "
            f"stop it first, or give one of them another path."
        ) from error
    _held[key] = machine


def _holder(key: tuple[int, int]) -> str:
    """Who has the lock on an inode, as well as it can be told."""
    wanted = f"{os.major(key[0]):02x}:{os.minor(key[0]):02x}:{key[1]}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if wanted in fields:
                pid = int(fields[fields.index(wanted) - 1])
                names = [f'"{entry.name}"' for entry in registry.running() if pid in (entry.pid, entry.vmm_pid)]
                return " or ".join(names) or f"process {pid}"
    return "another machine"
