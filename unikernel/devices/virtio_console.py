"""A console over virtio, with channels beside it."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.attachment import Attachment, Ports
from unikernel.devices.device import NAME, Device, parameter
from unikernel.errors import Refusal
from unikernel.interfaces import Console
from unikernel.units import KIB

MOST_CHANNELS = 8


@dataclass(frozen=True, kw_only=True)
class VirtioConsole(Device, Console):
    """A console over virtio, faster than a serial port; and channels beside it, each with a name.

    A channel is a stream of bytes both ways: ``unikernel.channel("metrics")`` in the machine, and
    ``machine.channels["metrics"]`` around it.

    Source: OASIS, "Virtual I/O Device (VIRTIO) Version 1.2", section 5.3, with several ports.
    """

    needs: ClassVar[tuple[str, ...]] = ("virtio", "channel_object")

    channels: str = parameter("", "names of channels beside the console, as metrics,events; at most 8", host=True)

    def __post_init__(self) -> None:
        """Raises `Refusal` for channels that are no names, or are named twice."""
        super().__post_init__()
        names = (self.name, *self.channel_names)
        if len(set(names)) < len(names) or len(names) > 1 + MOST_CHANNELS or not all(map(NAME.fullmatch, names)):
            raise Refusal(
                f"{self.name} (VirtioConsole): channels is {self.channels!r}; write names of 1 to 20 of a-z, 0-9, _ "
                f"and -, at most {MOST_CHANNELS}, each once and none the device's own, with commas between them."
            )

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The channels beside the console."""
        return tuple(name.strip() for name in self.channels.split(",")) if self.channels.strip() else ()

    def claims(self) -> tuple[str, ...]:
        """The names: each is found by it."""
        return tuple(f'the channel "{name}"' for name in (self.name, *self.channel_names))

    def memory_bytes(self) -> int:
        """Queues and buffers of each port, of the one for breaks too, and of their control."""
        return 24 * KIB + (2 + len(self.channel_names)) * 10 * KIB

    def attachments(self) -> tuple[Attachment, ...]:
        """The ports."""
        return (Ports(self.name, self.channel_names),)
