"""What a nic is plugged into, on the host: four values, each with a text that says the same.

>>> str(UserNetwork(forward={8080: 80}))
'user forward=8080:80'
>>> network_of("network lab")
Network(name='lab')

`unikernel.toml`, ``--set`` and the composer hold the text; `network_of` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal

if TYPE_CHECKING:
    from unikernel.machine.network.port import OpenPort

MOST_PORT: Final = 65535
LOOPBACK: Final = "127.0.0.1"
"""Where every forward is opened: nobody but this host reaches it."""

_FORWARD: Final = re.compile(r"([0-9]{1,5}):([0-9]{1,5})(?:/(tcp|udp))?")
_INTERFACE: Final = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,15}")
"""Names of interfaces that nobody has to quote; Linux takes 15 bytes."""
_NAME: Final = re.compile(r"[a-z0-9_-]{1,20}")


@dataclass(frozen=True)
class Forward:
    """A port of the host's loopback that leads to one of the machine's; `port` 0 is any that is free at boot."""

    port: int
    guest_port: int
    protocol: str = "tcp"

    def __post_init__(self) -> None:
        """Raises `Refusal` for what is no port."""
        for number, least in ((self.port, 0), (self.guest_port, 1)):
            if type(number) is not int or not least <= number <= MOST_PORT:
                raise Refusal(
                    f"forward {self}: {number!r} is no port; give the host's as 0 to {MOST_PORT}, 0 for any that is "
                    f"free, and the machine's as 1 to {MOST_PORT}."
                )
        if self.protocol not in ("tcp", "udp"):
            raise Refusal(f'forward {self}: "{self.protocol}" is not forwarded; choose tcp or udp.')

    @classmethod
    def read(cls, text: str) -> Forward:
        """What ``8080:80`` or ``5353:53/udp`` says; raises `Refusal`."""
        match = _FORWARD.fullmatch(text)
        if not match:
            raise Refusal(f'forward "{text}": it is no pair of ports; write HOST:MACHINE, as 8080:80 or 5353:53/udp.')
        return cls(int(match[1]), int(match[2]), match[3] or "tcp")

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.port}:{self.guest_port}" + ("" if self.protocol == "tcp" else f"/{self.protocol}")


@dataclass(frozen=True, init=False)
class UserNetwork:
    """A network that the VMM plays, for one machine: forwards from the host's loopback, and nothing out of the machine
    unless `outbound`. It needs no rights. There is a DHCP server; 10.0.2.2 is the host, 10.0.2.15 the machine.
    """

    forward: tuple[Forward, ...] = ()
    outbound: bool = False

    def __init__(self, forward: Mapping[int, int] | Iterable[Forward] = (), *, outbound: bool = False) -> None:
        """`forward` is TCP's, the host's port to the machine's, or a list of `Forward`. Raises `Refusal` for a port that
        is none, or is forwarded twice, and for datagrams without `outbound`: what answers them could not get out (libslirp,
        udp_input).
        """
        found = (Forward(*pair) for pair in forward.items()) if isinstance(forward, Mapping) else forward
        object.__setattr__(self, "forward", once(found))
        object.__setattr__(self, "outbound", bool(outbound))
        if not outbound and (lost := next((each for each in self.forward if each.protocol == "udp"), None)):
            raise Refusal(
                f"forward {lost}: a user network without outbound lets no answer to a datagram out; add outbound to it."
            )

    def __str__(self) -> str:
        """As it is written."""
        forward = f"forward={','.join(map(str, self.forward))}" if self.forward else ""
        return " ".join(filter(None, ("user", forward, "outbound" if self.outbound else "")))


@dataclass(frozen=True)
class Tap:
    """A tap interface of the host that is there already, made for this user."""

    interface: str

    def __post_init__(self) -> None:
        """Raises `Refusal` for what is no name of an interface."""
        _check_interface("tap", self.interface)

    def __str__(self) -> str:
        """As it is written."""
        return f"tap {self.interface}"


@dataclass(frozen=True)
class Bridge:
    """A bridge of the host; each machine gets a tap interface on it, which is made at boot and ends with the machine."""

    interface: str

    def __post_init__(self) -> None:
        """Raises `Refusal` for what is no name of an interface."""
        _check_interface("bridge", self.interface)

    def __str__(self) -> str:
        """As it is written."""
        return f"bridge {self.interface}"


@dataclass(frozen=True)
class Network:
    """A private switch of this user's: all machines that name it are on it, whichever process owns them; nothing else
    is, but a `port`. It needs no rights.
    """

    name: str

    def __post_init__(self) -> None:
        """Raises `Refusal` for what is no name."""
        if not _NAME.fullmatch(self.name):
            raise Refusal(f'network "{self.name}": it is no name for one; use 1 to 20 of a-z, 0-9, _ and -.')

    def port(self, name: str = "port") -> OpenPort:
        """A place on the switch for a program, by ``async with`` or ``with``; `name` is what others see of it."""
        if not _NAME.fullmatch(name):
            raise Refusal(f'port "{name}": it is no name for one; use 1 to 20 of a-z, 0-9, _ and -.')
        # By name, as machine/ stands above this room.
        opened: OpenPort = import_module("unikernel.machine.network.port").OpenPort(self.name, name)
        return opened

    def __str__(self) -> str:
        """As it is written."""
        return f"network {self.name}"


AnyNetwork = UserNetwork | Tap | Bridge | Network
"""Every kind there is."""

_NAMED: Final[dict[str, type[Tap | Bridge | Network]]] = {"tap": Tap, "bridge": Bridge, "network": Network}


def network_of(text: str) -> AnyNetwork:
    """The network that a text says; raises `Refusal`."""
    kind, *words = text.split() or [""]
    if kind == "user":
        return _user(text, words)
    if kind not in _NAMED or len(words) != 1:
        raise Refusal(
            f'"{text}" is no network; write user, user forward=8080:80 outbound, tap NAME, bridge NAME or network NAME.'
        )
    return _NAMED[kind](words[0])


def once(forwards: Iterable[Forward]) -> tuple[Forward, ...]:
    """Those forwards, in their order; raises `Refusal` where a port of the host's would lead to two places."""
    found = tuple(forwards)
    seen = set()
    for each in found:
        place = (each.port, each.protocol)
        if each.port and place in seen:
            raise Refusal(f"forward {each}: the host's port {each.port} is forwarded twice; choose another.")
        seen.add(place)
    return found


def _user(text: str, words: list[str]) -> UserNetwork:
    forwards: list[Forward] = []
    outbound = False
    for word in words:
        key, equals, value = word.partition("=")
        if word == "outbound":
            outbound = True
        elif key == "forward" and equals:
            forwards += map(Forward.read, value.split(","))
        else:
            raise Refusal(
                f'"{text}": a user network knows no "{word}"; it takes forward=8080:80,8443:443 and outbound.'
            )
    return UserNetwork(forwards, outbound=outbound)


def _check_interface(kind: str, name: str) -> None:
    if not _INTERFACE.fullmatch(name):
        raise Refusal(
            f'{kind} "{name}": no interface is named so; use 1 to 15 of a-z, A-Z, 0-9, dots, _ and -, as ip link shows it.'
        )
