"""The files that ship inside the image."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Files


@dataclass(frozen=True, kw_only=True)
class RomFiles(Device, Files):
    """A read-only tree inside the image: the app's bytecode and data.

    Source: MicroPython 1.25, ``extmod/vfs_rom.c``, the ROMFS format.
    """

    kind: ClassVar[str] = "storage"

    mount_point: str = parameter("/rom", "where the tree appears in the machine's file system")
