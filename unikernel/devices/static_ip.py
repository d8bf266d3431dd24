"""An IPv4 address that the stack says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Entropy, Ip, Link


@dataclass(frozen=True, kw_only=True)
class StaticIp(Device, Ip):
    """An IPv4 address, fixed; what it is left at fits the user-mode network.

    Source: RFC 791, RFC 826, RFC 1122; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/static_ip.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "ip_object")

    link: Link | None = None
    entropy: Entropy | None = None
    address: str = parameter("10.0.2.15/24", "its address, and how many bits of it name the network")
    gateway: str = parameter("10.0.2.2", "who takes what goes elsewhere; empty: nobody")
    mtu: int = parameter(1500, "the largest packet it sends", unit="bytes", least=576, most=1500)

    def __post_init__(self) -> None:
        """Raises `Refusal` for an address that no machine can have, and a gateway that it cannot reach."""
        super().__post_init__()
        place = f"{self.name} (StaticIp)"
        found = ip_address.interface4(self.address, place)
        if self.gateway:
            ip_address.gateway4(self.gateway, found, place)

    def claims_of(self, met: Mapping[str, Device]) -> tuple[str, ...]:
        """A link has one source of addresses in each version."""
        return (f"IPv4 on {met['link'].name}",)
