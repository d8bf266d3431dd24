"""Raw access to the processor's I/O ports."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device


@dataclass(frozen=True, kw_only=True)
class RawIo(Device):
    """I/O ports by their number: ``unikernel.device("rawio").read8(port)``. An image without it has no such thing.

    Also ``read16``, ``read32`` and ``write8``, ``write16``, ``write32`` of a port and a value. A port reaches hardware
    behind its driver's back. Source: Intel SDM volume 2, IN and OUT.
    """

    kind: ClassVar[str] = "runtime"
    source: ClassVar[str] = "micropython/raw_io.c"
