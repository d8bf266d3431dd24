"""Interfaces: the typed contracts between devices.

A device class *provides* an interface by inheriting it, and *requires* one by a constructor field of that type, so
that mypy and Tab see the graph. `number` is ``enum interface`` of ``kernel_src/include/unikernel/device.h``.
"""

from typing import ClassVar


class Interface:
    """Base of all interfaces; its docstring's first line is what `unikernel devices` prints."""

    number: ClassVar[int] = 0


class Console(Interface):
    """A text channel: bytes, unchanged both ways."""

    number = 1


class Clock(Interface):
    """Monotonic and wall time, and waking up."""

    number = 2


class Entropy(Interface):
    """Bytes nobody can guess."""

    number = 3


class Files(Interface):
    """A tree of files under a mount point."""

    number = 4


class Prompt(Interface):
    """Reads and runs lines after the app has ended."""

    number = 5


class Log(Interface):
    """One line a message, with time and source."""

    number = 6


class Block(Interface):
    """Numbered blocks of one size: a disk."""

    number = 7


class Kv(Interface):
    """Values by key, each replaced as a whole."""

    number = 8


class Control(Interface):
    """What the host asks of the machine: to end in order."""

    number = 9


class Watch(Interface):
    """Somebody who must be fed, or gives the machine up."""

    number = 10


class Metrics(Interface):
    """What a machine counts of itself."""

    number = 11


class Link(Interface):
    """Ethernet frames, to and from a network."""

    number = 12


class Ip(Interface):
    """Packets between addresses of the Internet protocol, version 4, 6 or both."""

    number = 13


class Udp(Interface):
    """Datagrams between ports."""

    number = 14


class Tcp(Interface):
    """Connections between ports: streams of bytes, each whole and in order."""

    number = 15


class Dns(Interface):
    """Addresses by name."""

    number = 16


class Tls(Interface):
    """Streams that nobody between the ends can read or change."""

    number = 17


ALL: tuple[type[Interface], ...] = (
    *(Console, Clock, Entropy, Files, Prompt, Log, Block, Kv, Control, Watch, Metrics),
    *(Link, Ip, Udp, Tcp, Dns, Tls),
)
"""Every interface, in the order of their numbers."""
