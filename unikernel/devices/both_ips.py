"""Two Ip devices as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device
from unikernel.errors import Refusal
from unikernel.interfaces import Ip


@dataclass(frozen=True, kw_only=True)
class BothIps(Device, Ip):
    """Two Ip devices as one, for what takes one: IPv4 beside IPv6, on one link or two.

    `BothIps(first=StaticIp(), second=Ipv6())` on one nic; a TcpSockets then names it, ``ip=BothIps(…)``, as three devices
    provide Ip.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/both_ips.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "ip_object")

    first: Ip | None = None
    second: Ip | None = None

    def claims_of(self, met: Mapping[str, Device]) -> tuple[str, ...]:
        """Raises `Refusal` for one device given twice."""
        if met["first"] is met["second"]:
            raise Refusal(f"{self.name} (BothIps): first and second are both {met['first'].name}; give two devices.")
        return ()
