"""Lines of the log to a server."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.devices.log import LEVELS
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Udp
from unikernel.interfaces import Log as LogInterface


@dataclass(frozen=True, kw_only=True)
class Syslog(Device, LogInterface):
    """One line a datagram to a server; ``unikernel.device("syslog").line`` in the app. Given a `Log`, it writes there, too.

    Lines that are written before the machine has an address are lost. Source: RFC 5424, RFC 5426.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/syslog.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "log_object")
    hardware: ClassVar[str] = "the log of the network"

    udp: Udp | None = None
    clock: Clock | None = None
    log: LogInterface | None = dataclasses.field(default=None, metadata={"optional": True})
    server: str = parameter("10.0.2.2", "the address of the server")
    port: int = parameter(514, "its port", least=1, most=65535)
    level: str = parameter("info", "the least grave level that is sent", choices=LEVELS)
    facility: int = parameter(16, "what the lines are of, as RFC 5424 numbers it: 16 is local0", least=0, most=23)
    hostname: str = parameter("", "what the machine calls itself; empty: as the stack")

    def __post_init__(self) -> None:
        """Raises `Refusal` for a server that is no address, or a hostname that is none."""
        super().__post_init__()
        place = f"{self.name} (Syslog)"
        if not ip_address.is_address(self.server):
            raise Refusal(f"{place}: server is {self.server!r}; write an address, as 10.0.2.2.")
        ip_address.hostname(self.hostname, place)
