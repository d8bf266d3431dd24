"""A VMM that is none: a script plays the machine, so that what stands above is tested in milliseconds, without QEMU.

A script is a coroutine function that gets a `FakeMachine`, writes and reads its console, and leaves by returning (the
machine ended) or by raising `VmmError` (the VMM failed).
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from typing import TYPE_CHECKING, Final

from unikernel import abi
from unikernel.errors import VmmError
from unikernel.machine.metrics import DriveCounts, QueueDepth
from unikernel.machine.network.pcap import HEADER, Frame
from unikernel.machine.vmm import Channel, EndKind, Session, VmmEnd

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from unikernel.machine.vmm import Hardware

    Script = Callable[["FakeMachine"], Awaitable[object]]

READ_BYTES: Final = 65536
_HEAD: Final = struct.Struct("<IIII")
_EXIT: Final = struct.Struct("<Ii")


class FakeMachine:
    """The machine's side of the console, of the channels beside it and of the records, for a script."""

    def __init__(self, hardware: Hardware, texts: dict[str, socket.socket]) -> None:
        """`hardware` is what was asked for; `texts` are the channels by name, the console's is empty."""
        self.hardware = hardware
        self.memory = bytearray(abi.RECORDS_BYTES)
        """Where the records lie, whatever address the image names; a script may write nonsense."""
        self.note_listening(listening=True)
        self.breaks = 0
        self.broken = asyncio.Event()
        """Set by each break; a script clears it."""
        self.running = asyncio.Event()
        """Clear while paused."""
        self.running.set()
        self.links: dict[str, bool] = {}
        """What was said of a nic's link, by name."""
        self.recordings: dict[str, int] = {}
        """Files that are written to, by name."""
        self._texts = texts
        self._loop = asyncio.get_running_loop()

    async def write(self, data: bytes | str, channel: str = "") -> None:
        """Write to the console, or to a channel."""
        await self._loop.sock_sendall(self._texts[channel], data.encode() if isinstance(data, str) else data)

    async def read(self, size: int = READ_BYTES, channel: str = "") -> bytes:
        """What was typed, at most `size` bytes; waits for some; empty when the owner is gone."""
        return await self._loop.sock_recv(self._texts[channel], size)

    def pass_frame(self, data: bytes) -> None:
        """Let a frame go through every nic that is recorded."""
        for fd in self.recordings.values():
            os.write(fd, Frame(0, data, len(data)).record())

    def note_listening(self, *, listening: bool) -> None:
        """Write the head of the records; a machine listens from the start, unless its script says otherwise."""
        _HEAD.pack_into(self.memory, 0, abi.RECORDS_MAGIC, abi.VERSION, abi.RECORDS_BYTES, listening)

    def note_exit(self, status: int, kind: abi.ExitKind = abi.ExitKind.STATUS) -> None:
        """Write the exit record."""
        _EXIT.pack_into(self.memory, _HEAD.size, kind, status)


class Fake:
    """Starts sessions that play `script`."""

    name = "fake"

    def __init__(self, script: Script) -> None:
        """Each session plays it anew."""
        self._script = script

    async def start(self, hardware: Hardware) -> Session:
        """Start playing."""
        return FakeSession(self._script, hardware)


class FakeSession:
    """One play; see `vmm.Session`."""

    pid = 0

    def __init__(self, script: Script, hardware: Hardware) -> None:
        """On the running loop."""
        self.command: tuple[str, ...] = ("fake", str(hardware.kernel))
        self.spawned_ns = time.monotonic_ns()
        self._theirs: dict[str, socket.socket] = {}
        self.console = self._text("")
        self.channels = {name: self._text(name) for name in hardware.channels}
        self.machine = FakeMachine(hardware, self._theirs)
        self._end: VmmEnd | None = None
        self._play = asyncio.get_running_loop().create_task(self._perform(script))

    def _text(self, name: str) -> Channel:
        ours, theirs = socket.socketpair()
        for each in (ours, theirs):
            each.setblocking(False)  # noqa: FBT003 - of the standard library
        self._theirs[name] = theirs
        return Channel(os.dup(ours.fileno()), ours)

    def memory(self, address: int, size: int) -> bytes:
        """The records, wherever they are sought."""
        del address
        return bytes(self.machine.memory[:size])

    def touched(self) -> tuple[tuple[int, int], ...]:
        """The records' page."""
        return ((0, 4096),)

    async def wait(self) -> VmmEnd:
        """Wait for the play's end."""
        await asyncio.wait((self._play,))
        return self._end or VmmEnd(EndKind.STOPPED)

    async def opened(self) -> None:
        """It opens none."""

    def write(self, address: int, data: bytes) -> None:
        """The request, wherever the records are said to lie."""
        del address
        self.machine.memory[abi.REQUEST_OFFSET : abi.REQUEST_OFFSET + len(data)] = data

    async def send_break(self) -> None:
        """Counted."""
        self.machine.breaks += 1
        self.machine.broken.set()

    async def pause(self) -> None:
        """Seen by a script that looks."""
        self.machine.running.clear()

    async def resume(self) -> None:
        """Seen by a script that looks."""
        self.machine.running.set()

    async def drives(self) -> Mapping[str, DriveCounts]:
        """Nothing carries anything out."""
        return {drive.disk.serial: DriveCounts() for drive in self.machine.hardware.drives}

    async def queues(self) -> Mapping[str, tuple[QueueDepth, ...]]:
        """There are none."""
        return {}

    async def link(self, nic: str, *, up: bool) -> None:
        """Seen by a script that looks."""
        self.machine.links[nic] = up

    async def record(self, name: str, nic: str, file: str) -> None:
        """Frames are passed by the script."""
        del nic
        self.machine.recordings[name] = os.open(file, os.O_WRONLY)
        os.write(self.machine.recordings[name], HEADER)

    async def stop_recording(self, name: str) -> None:
        """Close it."""
        os.close(self.machine.recordings.pop(name))

    def stop(self) -> None:
        """End the play."""
        self._play.cancel()

    def kill(self) -> None:
        """End the play."""
        self._end = VmmEnd(EndKind.FAILED, "the fake was killed")
        self._play.cancel()

    def version(self) -> str:
        """No VMM."""
        return "fake"

    async def close(self) -> None:
        """End the play and give back the descriptors."""
        self._play.cancel()
        await asyncio.wait((self._play,))
        self._let_go()  # A play that was cut short before it began has not done so.
        for each in (self.console, *self.channels.values()):
            each.close()

    async def _perform(self, script: Script) -> None:
        try:
            await script(self.machine)
            self._end = VmmEnd(EndKind.QUIT)
        except VmmError as error:
            self._end = VmmEnd(EndKind.FAILED, str(error))
        finally:
            self._let_go()

    def _let_go(self) -> None:
        while self.machine.recordings:
            os.close(self.machine.recordings.popitem()[1])
        for each in self._theirs.values():
            each.close()
