"""The owner's side of a capture: the VMM writes each frame of a nic into a pipe, and the owner keeps them up to a bound.

The owner reads always, so that no viewer who looks away holds the machine up. A machine that is started again is recorded on.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import itertools
import os
import time
from typing import TYPE_CHECKING, Final

from unikernel.errors import UnikernelError
from unikernel.machine.network.pcap import Frame, Reader

if TYPE_CHECKING:
    from unikernel.machine.vmm import Session

READ_BYTES: Final = 1 << 18
PIPE_BYTES: Final = 1 << 20
"""So much may wait for the owner before the VMM does; the host may allow less."""
PIECE_BYTES: Final = 1 << 16

_count = itertools.count(1)


class Recorder:
    """What goes through one nic, as a pcap without its header; on the machine's loop."""

    def __init__(self, nic: str, limit_bytes: int) -> None:
        """Not begun yet; see `begin`."""
        self.nic = nic
        self.name = f"capture.{next(_count)}"
        """To the VMM."""
        self.ended = False
        """Whether no more will come."""
        self._limit_bytes = limit_bytes
        self._kept = bytearray()
        self._news = asyncio.Event()
        self._session: Session | None = None
        self._pipe = -1
        self._reader = Reader()
        self._late_us: int | None = None
        self._loop = asyncio.get_running_loop()
        self._stopping: asyncio.Task[None] | None = None

    async def begin(self, session: Session) -> None:
        """Record this life of the machine. Raises `VmmError`."""
        self._let_go()
        self._session, self._reader, self._late_us = session, Reader(), None
        pipe, write_end = os.pipe()
        try:
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            os.set_blocking(pipe, False)
            await session.record(self.name, self.nic, f"/proc/{os.getpid()}/fd/{write_end}")
        except BaseException:
            os.close(pipe)
            raise
        finally:
            os.close(write_end)  # the VMM has one of its own
        if self.ended:
            os.close(pipe)
            return
        self._pipe = pipe
        self._loop.add_reader(pipe, self._read)

    async def since(self, offset: int) -> tuple[bytes, bool]:
        """What is kept from `offset` on, at most 64 KiB, and whether that is the end; waits until there is some."""
        while offset >= len(self._kept) and not self.ended:
            self._news.clear()
            await self._news.wait()
        data = bytes(self._kept[offset : offset + PIECE_BYTES])
        return data, self.ended and offset + len(data) >= len(self._kept)

    async def stop(self) -> None:
        """Record no more; what the VMM has written by now is kept."""
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(UnikernelError):  # it has ended meanwhile
                await session.stop_recording(self.name)
        self.end()

    def end(self) -> None:
        """The machine is no more: read what is there still."""
        if self._pipe >= 0:
            self._read()
        self._let_go()
        self.ended = True
        self._news.set()

    def _read(self) -> None:
        while self._pipe >= 0:
            try:
                data = os.read(self._pipe, READ_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._let_go()
                return
            try:
                for frame in self._reader.feed(data):
                    self._keep(frame)
            except ValueError:  # a VMM that writes nonsense is read no further
                self._fill()

    def _keep(self, frame: Frame) -> None:
        """Keep one. QEMU counts a machine's time on top of the moment at which recording began; only how far frames lie
        apart is right, and when the first came is known here.
        """
        if self._late_us is None:
            self._late_us = time.time_ns() // 1000 - frame.time_us
        record = Frame(frame.time_us + self._late_us, frame.data, frame.size).record()
        if self.ended or len(self._kept) + len(record) > self._limit_bytes:
            self._fill()
            return
        self._kept += record
        self._news.set()

    def _fill(self) -> None:
        """No more is kept."""
        if not self.ended:
            self.ended = True
            self._news.set()
            self._stopping = self._loop.create_task(self.stop())

    def _let_go(self) -> None:
        if self._pipe >= 0:
            self._loop.remove_reader(self._pipe)
            os.close(self._pipe)
            self._pipe = -1


class Recordings:
    """Those of one machine, by name."""

    def __init__(self) -> None:
        """None yet."""
        self._recorders: dict[str, Recorder] = {}
        self._beginning: set[asyncio.Task[None]] = set()

    async def begin(self, session: Session, nic: str, limit_bytes: int) -> str:
        """Record a nic; the recording's name. Raises `VmmError`."""
        recorder = Recorder(nic, limit_bytes)
        self._recorders[recorder.name] = recorder
        try:
            await recorder.begin(session)
        except BaseException:
            del self._recorders[recorder.name]
            raise
        return recorder.name

    async def since(self, name: str, offset: int) -> tuple[bytes, bool]:
        """See `Recorder.since`; one that has been read to its end is forgotten."""
        recorder = self._recorders.get(name)
        if recorder is None:
            return b"", True
        data, ended = await recorder.since(offset)
        if ended:
            self._recorders.pop(name, None)
        return data, ended

    async def stop(self, name: str) -> None:
        """See `Recorder.stop`."""
        if recorder := self._recorders.get(name):
            await recorder.stop()

    def go_on(self, session: Session) -> None:
        """The machine was started again."""
        for recorder in self._recorders.values():
            if not recorder.ended:
                task = asyncio.ensure_future(_tried(recorder, session))
                self._beginning.add(task)
                task.add_done_callback(self._beginning.discard)

    def end(self) -> None:
        """The machine is no more."""
        for recorder in self._recorders.values():
            recorder.end()


async def _tried(recorder: Recorder, session: Session) -> None:
    with contextlib.suppress(UnikernelError):  # the machine may be gone again by then
        await recorder.begin(session)
