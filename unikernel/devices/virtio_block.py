"""A disk of the machine."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.attachment import Attachment, Disk
from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Block
from unikernel.units import GIB, KIB, MIB

SECTOR_BYTES = 512


@dataclass(frozen=True, kw_only=True)
class VirtioBlock(Device, Block):
    """A virtio disk, kept in a file on the host; flush, discard, several in a machine, each found by its name.

    Source: OASIS, "Virtual I/O Device (VIRTIO) Version 1.2", section 5.2.
    """

    kind: ClassVar[str] = "storage"
    needs: ClassVar[tuple[str, ...]] = ("virtio", "block_object")

    path: str = parameter("", "its file on the host, from the project; left out, disks/NAME.img", host=True)
    size: int = parameter(
        4 * MIB, "how large the file is made", unit="bytes", least=64 * KIB, most=1024 * GIB, step=4 * KIB, host=True
    )
    read_only: bool = parameter(default=False, text="whether the machine may only read it", host=True)
    operations_per_second: int = parameter(0, "at most so many requests; 0: no limit", unit="1/s", least=0, host=True)
    bytes_per_second: int = parameter(0, "at most so much, both ways; 0: no limit", unit="bytes/s", least=0, host=True)

    aio: str = parameter(
        "auto",
        "how the VMM reaches the file: io_uring where the host lets it, else threads",
        choices=("auto", "threads", "io_uring"),
        host=True,
    )

    def memory_bytes(self) -> int:
        """Its queue and request, and page tables where its registers lie far up."""
        return 16 * KIB

    def attachments(self) -> tuple[Attachment, ...]:
        """The disk."""
        return (
            Disk(
                self.name,
                self.path or f"disks/{self.name}.img",
                self.size,
                self.read_only,
                self.operations_per_second,
                self.bytes_per_second,
                self.aio,
            ),
        )
