"""The serial port of a PC."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.attachment import Attachment, SerialLine
from unikernel.devices.device import Device
from unikernel.interfaces import Console


@dataclass(frozen=True, kw_only=True)
class Uart16550(Device, Console):
    """The first serial port, COM1: interrupt-driven input, output without loss.

    Source: National Semiconductor PC16550D, "Universal Asynchronous Receiver/Transmitter with FIFOs", 1995, section 8.
    """

    hardware: ClassVar[str] = "the serial port COM1"

    def attachments(self) -> tuple[Attachment, ...]:
        """The port."""
        return (SerialLine(self.name),)
