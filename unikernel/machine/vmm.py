"""The seam between a machine and whatever runs it: a few values that describe hardware, and two protocols.

`qemu/` is the real one; `fake.py` needs no VMM, so that life cycle, console, magics and widgets are tested in
milliseconds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from unikernel.devices.attachment import Nic, Ports, SerialLine, WatchdogTimer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from unikernel.devices.attachment import Attachment, Disk
    from unikernel.machine.accelerator import Accelerator
    from unikernel.machine.metrics import DriveCounts, QueueDepth
    from unikernel.table import Link


@dataclass(frozen=True)
class Drive:
    """A disk and its file. Where `fd` is not -1, the file is open and ours alone: the VMM inherits it.

    Where there is `serve`, the VMM speaks NBD instead, over a socket whose other end it hands to that; at each start anew.
    """

    disk: Disk
    path: Path
    fd: int = -1
    serve: Callable[[socket.socket], None] | None = None


@dataclass(frozen=True)
class Secrets:
    """What is in the machine's memory before it starts; `wipe` ends it on our side, as far as Python lets us."""

    address: int
    data: bytearray = field(repr=False)

    def wipe(self) -> None:
        """Overwrite it with zeros."""
        self.data[:] = bytes(len(self.data))


@dataclass(frozen=True)
class Hardware:
    """What a machine is made of, in nobody's dialect: a VMM renders it."""

    machine_type: str
    kernel: Path
    memory_bytes: int
    command_line: str
    accelerator: Accelerator
    drives: tuple[Drive, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    """What else its devices ask for: pieces that need nothing opened."""
    console: str = ""
    """The device that carries the console; an image without devices has it on the first serial port."""
    debugger: Path | None = None
    """The socket at which a debugger may attach; the machine then waits for one before its first instruction."""
    secrets: Secrets | None = None

    addresses: tuple[Link, ...] = ()
    """Where the stack says that the machine is."""

    @property
    def nics(self) -> tuple[Nic, ...]:
        """The network interfaces."""
        return tuple(each for each in self.attachments if isinstance(each, Nic))

    @property
    def starved_restart(self) -> bool:
        """Whether a machine whose watchdog was not fed is started again."""
        return any(isinstance(each, WatchdogTimer) and each.restart for each in self.attachments)

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of what carries text beside the console."""
        found: list[str] = []
        for each in self.attachments:
            if isinstance(each, SerialLine):
                found.append(each.name)
            elif isinstance(each, Ports):
                found += [each.name, *each.channels]
        return tuple(name for name in found if name != self.console)


@dataclass(frozen=True)
class Channel:
    """Our end of a console, or of a channel beside it. A pipe carries a uart's output: it takes single bytes, as that
    writes them, at twice the rate of a socket, which keeps books on each.
    """

    output: int
    """Descriptor of what the machine writes: non-blocking; the end of file comes when the VMM is gone."""
    input: socket.socket
    """What the machine reads: non-blocking."""

    def close(self) -> None:
        """Give both back."""
        os.close(self.output)
        self.input.close()


class EndKind(Enum):
    """Why a VMM is gone, as far as the VMM itself can tell; the machine's records say the rest."""

    QUIT = "quit"
    """The VMM ended by itself, as it does when its machine ends; it may also have had a complaint, which is the reason
    then.
    """
    STOPPED = "stopped"
    """Somebody asked the VMM to end."""
    STARVED = "starved"
    """The machine's watchdog was not fed in time."""
    FAILED = "failed"
    """The VMM broke, was killed, or gave the machine up."""


@dataclass(frozen=True)
class VmmEnd:
    """The end of a VMM; `reason` is half a sentence, or empty."""

    kind: EndKind
    reason: str = ""


class Session(Protocol):
    """One VMM running one machine. Made, used and closed on one loop."""

    command: tuple[str, ...]
    spawned_ns: int
    """Of ``time.monotonic_ns()``, just before the VMM was started."""
    pid: int
    """Of the VMM's process; 0 where there is none."""
    console: Channel
    channels: dict[str, Channel]
    """Those beside the console, by name."""

    def memory(self, address: int, size: int) -> bytes:
        """A copy of guest-physical memory, also after the end, until `close`; shorter where the memory ends before."""

    def touched(self) -> tuple[tuple[int, int], ...]:
        """What of the machine's memory the host had to give so far: start and end, guest-physical, by address; empty
        where the VMM cannot tell.
        """

    async def wait(self) -> VmmEnd:
        """Wait for the VMM's end; may be awaited by several, and again."""

    async def opened(self) -> None:
        """Wait until the forwards of its nics are open, or it has ended."""

    def write(self, address: int, data: bytes) -> None:
        """Change guest-physical memory, of a machine that runs: only where the contract says that the host may."""

    async def send_break(self) -> None:
        """Send the console a break, which arrives even when the machine takes no input."""

    async def pause(self) -> None:
        """Hold the machine still."""

    async def resume(self) -> None:
        """Let a paused machine go on."""

    async def drives(self) -> Mapping[str, DriveCounts]:
        """What was carried out for each disk, by its name."""

    async def queues(self) -> Mapping[str, tuple[QueueDepth, ...]]:
        """The virtqueues of each device, by its name; nothing where the VMM cannot tell."""

    async def link(self, nic: str, *, up: bool) -> None:
        """Pull a nic's cable, or plug it in again."""

    async def record(self, name: str, nic: str, file: str) -> None:
        """Have every frame of a nic written to a file, as pcap, until `stop_recording` of that name."""

    async def stop_recording(self, name: str) -> None:
        """End what `record` began."""

    def stop(self) -> None:
        """Ask the VMM to end in order; `wait` says when it did."""

    def kill(self) -> None:
        """End the VMM at once."""

    def version(self) -> str:
        """The VMM and its version, ``"QEMU 7.2.22"``; only the name as long as the version is not known."""

    async def close(self) -> None:
        """Give back memory and descriptors; ends the VMM if it still runs."""


class Vmm(Protocol):
    """What can start sessions."""

    name: str

    async def start(self, hardware: Hardware) -> Session:
        """Start a machine. Raises `Refusal` when the VMM is not there, `VmmError` when it cannot be started."""
