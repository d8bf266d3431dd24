"""Ports of the host that lead into a machine: asked for, opened, and how they show themselves."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from unikernel.devices.attachment import Nic
from unikernel.devices.network import LOOPBACK, Forward, UserNetwork, once
from unikernel.errors import Refusal
from unikernel.machine.network import holders
from unikernel.table import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    Wanted = Mapping[int, int] | Iterable[str | Forward]

SCHEMES: Final = {80: "http", 8000: "http", 8080: "http", 443: "https", 8443: "https"}
"""What a browser can open, by the machine's port."""


@dataclass(frozen=True)
class OpenForward:
    """A port of the host's that leads to one of a running machine's."""

    host: str
    port: int
    guest_port: int
    protocol: str = "tcp"

    @property
    def url(self) -> str:
        """Where a browser finds it; empty where that is no place for one."""
        scheme = SCHEMES.get(self.guest_port) if self.protocol == "tcp" else None
        return f"{scheme}://{self.host}:{self.port}/" if scheme else ""

    def data(self) -> dict[str, object]:
        """As plain values: host, port, guest_port, protocol, and url where there is one."""
        found = {"host": self.host, "port": self.port, "guest_port": self.guest_port, "protocol": self.protocol}
        return {**found, "url": self.url} if self.url else found

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> OpenForward:
        """What `data` gave."""
        return cls(str(data["host"]), int(data["port"]), int(data["guest_port"]), str(data["protocol"]))

    def link(self) -> Link:
        """How a card shows it."""
        return Link(self.url or str(self), self.url)

    def __str__(self) -> str:
        """``127.0.0.1:5432 → 5432``."""
        return f"{self.host}:{self.port} → {self.guest_port}" + ("" if self.protocol == "tcp" else f"/{self.protocol}")


def texts(wanted: Wanted) -> list[str]:
    """What a boot was asked to forward, as texts; raises `Refusal` for what is no pair of ports."""
    if isinstance(wanted, Mapping):
        return [str(Forward(*pair)) for pair in wanted.items()]
    return [str(Forward.read(each) if isinstance(each, str) else each) for each in wanted]


def added(name: str, nics: tuple[Nic, ...], wanted: Iterable[Forward]) -> tuple[Nic, ...]:
    """The nics of the image `name`, with more forwards on the one that has a user network.

    Raises `Refusal` where there is none, or more than one, or where a port is forwarded already.
    """
    wanted = tuple(wanted)
    users = [each.name for each in nics if isinstance(each.network, UserNetwork)]
    if not wanted:
        return nics
    if not users:
        message = f'forward {wanted[0]}: "{name}" has no nic on a user network; add VirtioNet to its stack.'
        raise Refusal(message)
    if len(users) > 1:
        message = (
            f'forward {wanted[0]}: "{name}" has {len(users)} nics on user networks, {", ".join(users)}; '
            f"write it into the network of one of them."
        )
        raise Refusal(message)
    return tuple(
        replace(each, network=_more(each.network, wanted)) if isinstance(each.network, UserNetwork) else each
        for each in nics
    )


def settled(nics: tuple[Nic, ...]) -> tuple[Nic, ...]:
    """The nics with a port in the place of each 0; raises `Refusal`, which names who holds it, for a port that is taken."""
    forwards = [each for nic in nics if isinstance(nic.network, UserNetwork) for each in nic.network.forward]
    once(forwards)  # also of two nics
    taken = {(each.port, each.protocol) for each in forwards}

    def settle(each: Forward) -> Forward:
        port = _opened(each)
        while not each.port and (port, each.protocol) in taken:
            port = _opened(each)
        taken.add((port, each.protocol))
        return replace(each, port=port)

    return tuple(
        replace(nic, network=UserNetwork(map(settle, nic.network.forward), outbound=nic.network.outbound))
        if isinstance(nic.network, UserNetwork)
        else nic
        for nic in nics
    )


def opened(nics: Iterable[Nic]) -> tuple[OpenForward, ...]:
    """The forwards of a machine's nics."""
    return tuple(
        OpenForward(LOOPBACK, each.port, each.guest_port, each.protocol)
        for nic in nics
        if isinstance(nic.network, UserNetwork)
        for each in nic.network.forward
    )


def taken(forward: str, port: int, protocol: str) -> str:
    """Who holds a port, in one sentence without its end."""
    holder = holders.of_port(port, protocol)
    return f"forward {forward}: the host's port {port} is taken by {holder}; stop that, or choose another port"


def _more(network: UserNetwork, wanted: tuple[Forward, ...]) -> UserNetwork:
    return UserNetwork((*network.forward, *wanted), outbound=network.outbound)


def _opened(each: Forward) -> int:
    try:
        return holders.try_port(LOOPBACK, each.port, each.protocol)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refusal(f"{taken(str(each), each.port, each.protocol)}.") from error
        cure = "choose one from 1024, or 0 for any that is free"
        message = f"forward {each}: the host's port {each.port} cannot be opened ({error.strerror}); {cure}."
        raise Refusal(message) from error
