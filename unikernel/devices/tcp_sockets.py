"""Connections over IP."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device
from unikernel.interfaces import Ip, Tcp


@dataclass(frozen=True, kw_only=True)
class TcpSockets(Device, Tcp):
    """TCP for the app: the module ``socket`` with SOCK_STREAM, and so asyncio's servers and connections.

    At least 256 connections at once; a listening socket holds 255 that nobody has accepted yet, whatever it was told.
    Source: RFC 9293, RFC 6528; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/tcp_sockets.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "socket")

    ip: Ip | None = None
