"""The machine's name on its link."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Udp


@dataclass(frozen=True, kw_only=True)
class MdnsResponder(Device):
    """Answers for the machine's name on its link: ``ping web.local``. A name that somebody has already gets a number.

    Source: RFC 6762; the responder is lwIP's.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/mdns_responder.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip",)
    hardware: ClassVar[str] = "the port of mDNS"

    udp: Udp | None = None
    hostname: str = parameter("", "its name, without .local; empty: as the stack")

    def __post_init__(self) -> None:
        """Raises `Refusal` for a hostname that is none."""
        super().__post_init__()
        ip_address.hostname(self.hostname, f"{self.name} (MdnsResponder)")
