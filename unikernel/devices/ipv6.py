"""Addresses of version 6, announced by routers or fixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Entropy, Ip, Link


@dataclass(frozen=True, kw_only=True)
class Ipv6(Device, Ip):
    """IPv6: an address of the link, and beside it those that routers announce, or a fixed one.

    An address is used when nobody else has answered for it, a second or two after the boot. Servers of names that a
    router announces are used by a DnsResolver that names none.

    Source: RFC 8200, RFC 4861, RFC 4862, RFC 8106; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/ipv6.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "ip_object")

    link: Link | None = None
    entropy: Entropy | None = None
    address: str = parameter("", "its address, as fd00::2/64; empty: what routers announce")
    gateway: str = parameter("", "who takes what goes elsewhere; empty: the routers that announce themselves")
    mtu: int = parameter(1500, "the largest packet it sends", unit="bytes", least=1280, most=1500)

    def __post_init__(self) -> None:
        """Raises `Refusal` for an address that no machine can have, and a gateway that it cannot reach."""
        super().__post_init__()
        place = f"{self.name} (Ipv6)"
        found = ip_address.interface6(self.address, place) if self.address else None
        if self.gateway:
            ip_address.gateway6(self.gateway, found, place)

    def claims_of(self, met: Mapping[str, Device]) -> tuple[str, ...]:
        """A link has one source of addresses in each version."""
        return (f"IPv6 on {met['link'].name}",)
