"""The random numbers of the host."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.attachment import Attachment, RandomSource
from unikernel.devices.device import Device
from unikernel.interfaces import Entropy
from unikernel.units import KIB


@dataclass(frozen=True, kw_only=True)
class VirtioEntropy(Device, Entropy):
    """Seeds for the CSPRNG behind ``os.urandom``, from the host.

    Source: OASIS, "Virtual I/O Device (VIRTIO) Version 1.2", section 5.4.
    """

    needs: ClassVar[tuple[str, ...]] = ("virtio",)

    def memory_bytes(self) -> int:
        """Its queue and buffer, and page tables where its registers lie far up."""
        return 12 * KIB

    def attachments(self) -> tuple[Attachment, ...]:
        """The source."""
        return (RandomSource(self.name),)
