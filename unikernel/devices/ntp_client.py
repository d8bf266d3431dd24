"""Wall time from a server."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices import ip_address
from unikernel.devices.device import Device, parameter
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Dns, Udp


@dataclass(frozen=True, kw_only=True)
class NtpClient(Device):
    """Sets the clock by a server of the network time protocol, as soon as one answers, and keeps it right.

    The first answer sets it. Later ones slew it, by at most 1/2000, where it is wrong by 128 ms or less; where it is
    more, the next answer must say the same; more than 1000 s are not believed. ``unikernel.device("ntpclient").wait(10)``
    waits for the first answer; ``synchronized``, ``offset``, ``delay``, ``stratum`` and ``server`` tell the rest.

    Source: RFC 5905, RFC 4330.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "net/ntp_client.c"
    needs: ClassVar[tuple[str, ...]] = ("lwip", "ntp_object")
    hardware: ClassVar[str] = "wall time"

    udp: Udp | None = None
    clock: Clock | None = None
    dns: Dns | None = dataclasses.field(default=None, metadata={"optional": True})
    server: str = parameter("", "an address or a name; empty: the one that DHCP tells")
    every_s: int = parameter(1024, "how often it is asked, once it has answered", unit="s", least=16, most=131072)

    def __post_init__(self) -> None:
        """Raises `Refusal` for a server that is none."""
        super().__post_init__()
        if self.server:
            ip_address.host(self.server, "server", f"{self.name} (NtpClient)")

    def claims_of(self, met: Mapping[str, Device]) -> tuple[str, ...]:
        """Raises `Refusal` for a name, where nobody knows names."""
        if self.server and not ip_address.is_address(self.server) and "dns" not in met:
            raise Refusal(
                f"{self.name} (NtpClient): server is {self.server!r}, and no device in the stack provides Dns; add a "
                f"DnsResolver, or write the address."
            )
        return ()
