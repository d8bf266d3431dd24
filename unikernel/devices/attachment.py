"""What a device asks of the machine around it: pieces of hardware with their back ends, as values. A VMM renders them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from unikernel.devices.network import AnyNetwork


@dataclass(frozen=True)
class Disk:
    """A disk, found by its `serial`.

    `path` is a file on the host, relative to the project; `size_bytes` is what it is made with. The rates are limits,
    0 is none.
    """

    serial: str
    path: str
    size_bytes: int
    read_only: bool = False
    operations_per_second: int = 0
    bytes_per_second: int = 0
    aio: str = "auto"
    """How the VMM reads and writes the file: ``threads``, ``io_uring``, or which of them works."""


@dataclass(frozen=True)
class RandomSource:
    """Random numbers of the host's, for the device of that name; one is as good as another."""

    name: str


@dataclass(frozen=True)
class SerialLine:
    """The first serial port of a PC, which carries the text of the device of that name."""

    name: str


@dataclass(frozen=True)
class Ports:
    """A virtio console: a port of text for the device of that `name`, and one for each of its channels.

    Of a machine's console there is one more, `breaks`: whatever comes there interrupts, also while the input is full.
    """

    name: str
    channels: tuple[str, ...] = ()

    @property
    def breaks(self) -> str:
        """A name that neither a device nor a channel can have."""
        return f"{self.name}.break"


@dataclass(frozen=True)
class WatchdogTimer:
    """A timer that ends the machine when the device of that name does not restart it in time; the machine may then be
    started again.
    """

    name: str
    restart: bool


@dataclass(frozen=True)
class Nic:
    """A network interface for the device of that `name`, which finds it by its `mac`; the boot gives one that has none."""

    name: str
    network: AnyNetwork
    mac: str = ""


VIRTIO: Final = (Disk, RandomSource, Ports, Nic)
"""Those that are a virtio device each."""

Attachment = Disk | RandomSource | SerialLine | Ports | Nic | WatchdogTimer
"""Every kind there is."""
