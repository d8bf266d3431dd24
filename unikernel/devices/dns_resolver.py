"""Addresses by name."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Dns, Udp


@dataclass(frozen=True, kw_only=True)
class DnsResolver(Device, Dns):
    """Names for the app: ``socket.getaddrinfo`` and ``connect`` take them. A table of its own comes first, then servers.

    A user-mode network answers at 10.0.2.3 where it is open outwards. Source: RFC 1035; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/dns_resolver.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip",)

    udp: Udp | None = None
    servers: str = parameter("10.0.2.3", "whom it asks, at most two, as 10.0.2.3,10.0.2.4; empty: whom DHCP tells")
    hosts: str = parameter("", "names it knows by itself, as db=10.0.2.7,db=fd00::7,mail=10.0.2.8")

    def __post_init__(self) -> None:
        """Raises `Refusal` for what is no address, or no name."""
        super().__post_init__()
        place = f"{self.name} (DnsResolver)"
        ip_address.servers(self.servers, place)
        ip_address.hosts(self.hosts, place)
