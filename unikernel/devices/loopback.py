"""The machine itself, as 127.0.0.1."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device
from unikernel.interfaces import Entropy, Ip


@dataclass(frozen=True, kw_only=True)
class Loopback(Device, Ip):
    """127.0.0.1 alone, without a nic: what a machine sends there it receives.

    Every Ip device brings that address along; this one is for a stack without a network. Source: RFC 1122, section
    3.2.1.3; the stack is lwIP 2.2.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/loopback.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "ip_object")

    entropy: Entropy | None = None
