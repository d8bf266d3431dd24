"""An IPv4 address that a server lends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Entropy, Ip, Link


@dataclass(frozen=True, kw_only=True)
class DhcpIp(Device, Ip):
    """An IPv4 address that a DHCP server lends; the boot does not wait for it.

    Until a server answers, and when a lease has run out, there is no address: ``unikernel.device("dhcpip").address`` is
    empty, and ``wait(10)`` waits for one. Servers of names and of time that come with the lease are used by a
    DnsResolver and an NtpClient that name none.

    Source: RFC 2131, RFC 2132; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/dhcp_ip.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "ip_object")

    link: Link | None = None
    entropy: Entropy | None = None
    hostname: str = parameter("", "what it calls itself before the server; empty: as the stack")
    mtu: int = parameter(1500, "the largest packet it sends", unit="bytes", least=576, most=1500)

    def __post_init__(self) -> None:
        """Raises `Refusal` for a hostname that is none."""
        super().__post_init__()
        ip_address.hostname(self.hostname, f"{self.name} (DhcpIp)")

    def claims_of(self, met: Mapping[str, Device]) -> tuple[str, ...]:
        """A link has one source of addresses in each version."""
        return (f"IPv4 on {met['link'].name}",)
