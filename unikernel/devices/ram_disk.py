"""A disk in the machine's own memory."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Block
from unikernel.units import GIB, KIB


@dataclass(frozen=True, kw_only=True)
class RamDisk(Device, Block):
    """A disk in memory: fast, empty at every boot, gone with the machine."""

    kind: ClassVar[str] = "storage"
    needs: ClassVar[tuple[str, ...]] = ("block_object",)

    size: int = parameter(256 * KIB, "how large it is", unit="bytes", least=4 * KIB, most=GIB, step=4 * KIB)

    def memory_bytes(self) -> int:
        """The disk."""
        return self.size
