"""A device in a package of its own: class and C side by side. docs/writing-a-device.md tells how it came about."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import Device, parameter
from unikernel.interfaces import Block
from unikernel.units import KIB, MIB


@dataclass(frozen=True, kw_only=True)
class ZeroDisk(Device, Block):
    """A disk of nothing but zeros; what is written to it is forgotten. Source: null(4), zero(4)."""

    kind: ClassVar[str] = "storage"
    source: ClassVar[str] = "zero_disk.c"
    needs: ClassVar[tuple[str, ...]] = ("block_object",)

    size: int = parameter(MIB, "how large it says it is", unit="bytes", least=4 * KIB, step=4 * KIB)
