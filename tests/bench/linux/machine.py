"""The command that boots the Linux guest: QEMU's q35, the machine type on which Linux works best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unikernel.machine.qemu import command as qemu_command
from unikernel.units import MIB

BEGUN = "--- main.py begins"
ENDED = "--- main.py ended"
"""The lines between which stands what the script wrote; the second one ends in its status."""

MEMORY_BYTES = 256 * MIB


@dataclass(frozen=True)
class Disk:
    """A raw file as a virtio-blk device. `name` is its serial, `drive` how QEMU opens it, ``cache=none,aio=threads``."""

    path: Path
    name: str
    drive: str = "cache=writeback"


def numbered(disks: Sequence[Disk | Path]) -> tuple[Disk, ...]:
    """Disks, where a plain path becomes one that is named by its number: disk0."""
    return tuple(disk if isinstance(disk, Disk) else Disk(disk, f"disk{number}") for number, disk in enumerate(disks))


def command(
    kernel: Path,
    initramfs: Path,
    disks: Sequence[Disk] = (),
    *,
    memory_bytes: int = MEMORY_BYTES,
    hardware: Sequence[str] = (),
) -> list[str]:
    """The whole command; processor, accelerator and what is left out are those of our own images.

    Linux's own words on the command line: no messages but errors, and an end of QEMU instead of a second try when the
    first process fails. `hardware` is more of QEMU's options, for other devices. Raises `Refusal` without QEMU.
    """
    words = f'console=ttyS0 quiet panic=-1 rdinit=/bin/micropython -- /init.py "{BEGUN}" "{ENDED}"'
    whole = [qemu_command.binary(), "-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", f"size={memory_bytes // MIB}M"]
    whole += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    whole += ["-kernel", str(kernel), "-initrd", str(initramfs), "-append", words]
    whole += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    for disk in disks:
        whole += ["-drive", f"if=none,id={disk.name},format=raw,file={disk.path},{disk.drive}"]
        whole += ["-device", f"virtio-blk-pci,drive={disk.name},serial={disk.name}"]
    return [*whole, *hardware]
