"""Two Ip devices as one."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device
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
