"""A capture: what goes through a machine's nic, while it runs and afterwards, for Wireshark and for a table."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from unikernel.errors import MachineError, Refusal
from unikernel.machine.network.pcap import HEADER, Frame, Reader, written
from unikernel.table import Card, Shown
from unikernel.units import MIB, file_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from unikernel.machine.handle import Handle
    from unikernel.table import Table

LIMIT_BYTES: Final = 16 * MIB
"""What is kept, where nobody says otherwise."""
LEAST_BYTES: Final = 1024


class Capture(Shown):
    """Frames of one nic, oldest first; on the machine's loop. ``async with`` stops it on the way out."""

    def __init__(self, machine: Handle, nic: str, name: str) -> None:
        """Of the recording `name`, which the machine's owner has begun; use `Handle.capture`."""
        self.machine = machine.name
        self.nic = nic
        self.frames: list[Frame] = []
        self._handle = machine
        self._recording = name
        self._watchers: list[Callable[[Frame], object]] = []
        self._life = asyncio.get_running_loop().create_task(self._live(), name=f"capture of {machine.name}")

    @property
    def ended(self) -> bool:
        """Whether no more will come: it was stopped, the machine has ended, or so much is kept as may be."""
        return self._life.done()

    @property
    def pcap(self) -> bytes:
        """The frames as a file."""
        return written(self.frames)

    def watch(self, callback: Callable[[Frame], object]) -> Callable[[], None]:
        """Call `callback(frame)` for each frame, those that came so far first; returns what ends it."""
        for frame in self.frames:
            callback(frame)
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    async def wait(self) -> None:
        """Wait until no more will come."""
        await asyncio.shield(self._life)

    async def stop(self) -> None:
        """Capture no more; all that went by before is there when this returns."""
        with contextlib.suppress(MachineError):
            await self._handle.stop_recording(self._recording)
        await self.wait()

    def save(self, path: Path | str) -> Path:
        """Write what came so far, as a pcap; raises `Refusal` where that cannot be."""
        path = Path(path)
        try:
            path.write_bytes(self.pcap)
        except OSError as error:
            raise Refusal(f"capture: {path} cannot be written ({error.strerror}); name another file.") from error
        return path

    def table(self) -> Table:
        """What came so far, a row a frame, decoded by Scapy; raises `Refusal` where that is not installed."""
        from unikernel.machine.network.dissection import table  # noqa: PLC0415 - Scapy takes a quarter of a second

        return table(self.frames)

    def card(self) -> Card:
        """How it shows itself."""
        count, size = len(self.frames), file_size(len(self.pcap))
        facts = (self.nic, f"{count} frame{'s' * (count != 1)}", size)
        word = "captured" if self.ended else "capturing"
        state = "ended" if self.ended else "running"
        return Card(self.machine, state, word, facts, tables=(self.table(),) if self.frames else ())

    def __repr__(self) -> str:
        """Machine, nic and count."""
        return f"<Capture of {self.machine} {self.nic}: {len(self.frames)} frames>"

    async def __aenter__(self) -> Self:
        """The capture itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.stop()

    async def _live(self) -> None:
        reader = Reader()
        for _ in reader.feed(HEADER):
            pass
        offset, ended = 0, False
        while not ended:
            try:
                data, ended = await self._handle.recorded(self._recording, offset)
            except MachineError:  # it has ended, or was left
                return
            offset += len(data)
            for frame in reader.feed(data):
                self.frames.append(frame)
                for callback in tuple(self._watchers):
                    callback(frame)


def check_limit(limit_bytes: Any) -> int:
    """How much a capture may keep; raises `Refusal` for what makes no sense."""
    if type(limit_bytes) is not int or limit_bytes < LEAST_BYTES:
        message = f"capture: a limit of {limit_bytes!r} bytes holds no frame; give it at least {LEAST_BYTES}."
        raise Refusal(message)
    return limit_bytes
