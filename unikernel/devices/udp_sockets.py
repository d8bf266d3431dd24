"""Datagrams over IP."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device
from unikernel.interfaces import Ip, Udp


@dataclass(frozen=True, kw_only=True)
class UdpSockets(Device, Udp):
    """UDP for the app: the module ``socket`` with SOCK_DGRAM, and groups (multicast).

    A socket keeps 32 datagrams that nobody has read; what comes then is lost.
    Source: RFC 768, RFC 3376; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/udp_sockets.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "socket")

    ip: Ip | None = None
