"""A file system that every computer reads."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Block, Files


@dataclass(frozen=True, kw_only=True)
class FatFs(Device, Files):
    """A FAT on a block device: read and written by every other system. Nothing in it is atomic; an empty disk is formatted.

    After a loss of power, what was flushed is whole, and at worst there are clusters that belong to nobody or follow a
    file's end. A file's new name in another directory costs as much as writing it. Source: Microsoft, "FAT32 File System
    Specification", version 1.03, 2000; MicroPython 1.25, ``extmod/vfs_fat.c``.
    """

    kind: ClassVar[str] = "storage"
    source: ClassVar[str] = "micropython/fat_fs.c"
    needs: ClassVar[tuple[str, ...]] = ("fatfs", "blank")

    disk: Block | None = None
    mount_point: str = parameter("/fat", "where the tree appears in the machine's file system")
