"""The Linux guest as one runs it: a script in, what it wrote out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.linux import machine
from tests.bench.linux.initramfs import initramfs
from tests.bench.linux.machine import Disk
from tests.bench.linux.packages import Packages, packages
from unikernel.build import cache
from unikernel.errors import MachineError, MachineTimeout
from unikernel.machine.process import owned

LONGEST_RUN_S = 60.0

PANIC = "Kernel panic"
_WRITTEN = re.compile(
    rf"^{re.escape(machine.BEGUN)}\n(?P<text>.*?)^{re.escape(machine.ENDED)} (?P<status>-?\d+)$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class LinuxGuest:
    """Linux and MicroPython. `modules` are Linux's (``virtio_blk``, ``virtio_net``), with what they need; `hardware` is
    more of QEMU's options, for devices that are no disks.

    Raises `SourceError` where Debian's packages are neither in the cache nor to be had.
    """

    modules: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    memory_bytes: int = machine.MEMORY_BYTES
    packages: Packages = field(default_factory=packages)

    @contextmanager
    def command(
        self, script: str, disks: Sequence[Disk | Path] = (), files: Mapping[str, bytes] | None = None
    ) -> Iterator[list[str]]:
        """The command that boots the guest on `script`, console on standard input and output; its file system, with
        `files` by path, is there for the time of the block.
        """
        with cache.scratch() as folder:
            archive = folder / "initramfs.cpio"
            archive.write_bytes(initramfs(self.packages, script.encode(), self.modules, files))
            yield machine.command(
                self.packages.kernel,
                archive,
                machine.numbered(disks),
                memory_bytes=self.memory_bytes,
                hardware=self.hardware,
            )

    def run(self, script: str, *, disks: Sequence[Disk | Path] = (), timeout_s: float = LONGEST_RUN_S) -> str:
        """What `script` wrote, with plain line ends. Disks come as /dev/vda, /dev/vdb …; they need ``virtio_blk``.

        Raises `MachineTimeout`, and `MachineError` with the guest's last words when the script did not end with 0.
        """
        with self.command(script, disks) as command:
            try:
                done = subprocess.run(
                    owned(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
                )
            except subprocess.TimeoutExpired as error:
                said = _last_words((error.stdout or b"").decode(errors="replace"))
                raise MachineTimeout(f"linux: the script did not end within {timeout_s:g} s ({said}).") from error
        return written(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def written(console: str, errors: str = "") -> str:
    """The script's part of what came from the console; raises `MachineError` when there is none or its status is not 0.

    `errors` are QEMU's own.
    """
    found = _WRITTEN.search(console.replace("\r\n", "\n"))
    if found is None:
        raise MachineError(f"linux: the guest ended and its script did not ({_last_words(console + errors)}).")
    if found["status"] != "0":
        raise MachineError(f"linux: the script ended with {found['status']} ({_last_words(found['text'])}).")
    return found["text"]


def _last_words(text: str) -> str:
    """The kernel's own reason where it panicked, as registers follow it; the last lines else."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join([line for line in lines if PANIC in line] or lines[-3:]) or "it wrote nothing"
