"""A nic over virtio."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar

from unikernel.devices.attachment import Attachment, Nic
from unikernel.devices.device import Device, parameter
from unikernel.devices.network import AnyNetwork, network_of
from unikernel.devices.parameter import Open
from unikernel.errors import Refusal
from unikernel.interfaces import Link
from unikernel.units import KIB

_MAC = re.compile(r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}")
"""Of one station: the lowest bit of the first byte would make it a group's. IEEE 802, clause 8."""


@dataclass(frozen=True)
class VirtioNet(Device, Link):
    """A virtio nic; several in a machine, each found by its MAC address.

    Without `mac` a boot makes it of the names of stack, machine and device, so that no two machines share one.

    Source: OASIS, "Virtual I/O Device (VIRTIO) Version 1.2", section 5.1.
    """

    kind: ClassVar[str] = "net"
    needs: ClassVar[tuple[str, ...]] = ("virtio",)
    always_open: ClassVar[tuple[str, ...]] = ("mac",)

    network: str = parameter(
        "user",
        "what it is plugged into: user forward=8080:80 outbound, tap NAME, bridge NAME or network NAME",
        host=True,
    )
    _: KW_ONLY
    mac: str = parameter("", "its MAC address, as 02:00:00:00:00:01; left out, one of its own at each name")

    if TYPE_CHECKING:

        def __init__(
            self,
            network: str | AnyNetwork = "user",
            *,
            mac: str = "",
            name: str = "",
            open: tuple[str, ...] = (),  # noqa: A002 - as everywhere
        ) -> None:
            """`network` is one of `UserNetwork`, `Tap`, `Bridge` and `Network`, or the text of one."""

    def __post_init__(self) -> None:
        """Takes a network as a value or as its text; raises `Refusal` for what is none, and for a bad `mac`."""
        given: object = self.network
        if isinstance(given, AnyNetwork):
            object.__setattr__(self, "network", str(given))
        elif isinstance(given, Open) and isinstance(given.default, AnyNetwork):
            object.__setattr__(self, "network", Open(str(given.default)))
        super().__post_init__()
        place = f"{self.name} (VirtioNet)"
        try:
            object.__setattr__(self, "network", str(network_of(self.network)))
        except Refusal as error:
            raise Refusal(f"{place}: network: {error}") from error
        object.__setattr__(self, "mac", self.mac.lower())
        if self.mac and (not _MAC.fullmatch(self.mac) or not int(self.mac.replace(":", ""), 16)):
            raise Refusal(
                f"{place}: mac is {self.mac!r}; write six bytes as 02:00:00:00:00:01, not zero, the first one even."
            )

    def claims(self) -> tuple[str, ...]:
        """Its address, by which it is found."""
        return (f"the MAC address {self.mac}",) if self.mac else ()

    def memory_bytes(self) -> int:
        """Its queues, and the frames that are on their way."""
        return 304 * KIB

    def attachments(self) -> tuple[Attachment, ...]:
        """The nic."""
        return (Nic(self.name, network_of(self.network), self.mac),)
