"""A file system that survives a loss of power."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Block, Files


@dataclass(frozen=True, kw_only=True)
class LittleFs(Device, Files):
    """A littlefs on a block device: what was flushed or closed is there after a loss of power. An empty disk is formatted.

    Source: littlefs, "SPEC.md", disk version 2.1; MicroPython 1.25, ``extmod/vfs_lfs.c``.
    """

    kind: ClassVar[str] = "storage"
    source: ClassVar[str] = "micropython/little_fs.c"
    needs: ClassVar[tuple[str, ...]] = ("littlefs", "blank")

    disk: Block | None = None
    mount_point: str = parameter("/data", "where the tree appears in the machine's file system")
