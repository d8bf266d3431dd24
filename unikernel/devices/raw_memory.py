"""Raw access to memory."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device


@dataclass(frozen=True, kw_only=True)
class RawMemory(Device):
    """Memory by its address: the modules ``machine`` (mem8, mem16, mem32) and ``uctypes``. An image without it has neither.

    Reads and writes go where the page tables let the kernel go: around every promise but those that hold in them, as
    that text is not written. Source: MicroPython 1.25, ``docs/library/uctypes.rst`` and ``machine.rst``.
    """

    kind: ClassVar[str] = "runtime"
    source: ClassVar[str] = "micropython/raw_memory.c"
