"""A kept machine, as a viewer of it has it; `kept.attach` connects to one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unikernel import abi
from unikernel.errors import MachineError, Refusal, WrongState
from unikernel.machine import panic
from unikernel.machine.console import Console
from unikernel.machine.entry import GONE
from unikernel.machine.handle import Handle, MachineState, require
from unikernel.machine.kept import wire
from unikernel.machine.kept.wire import PIECE_BYTES, Message
from unikernel.machine.limits import Limits
from unikernel.machine.metrics import HostView
from unikernel.machine.network.forwards import OpenForward
from unikernel.machine.power import PowerCut
from unikernel.machine.run import STATUS_VMM, HostTimes, Run
from unikernel.table import Link

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from unikernel.build.image import Image
    from unikernel.machine.power import Keep
    from unikernel.machine.transcript import Transcript


class KeptConsole(Console):
    """A kept machine's console: what the keeper sends, and what it takes."""

    def __init__(self, name: str, limit_bytes: int, give: Callable[[bytes], Awaitable[object]]) -> None:
        """`give` sends input, and returns when the machine has taken it."""
        super().__init__(name, limit_bytes)
        self._give = give

    async def _write(self, raw: bytes) -> bool:
        try:
            for start in range(0, len(raw), PIECE_BYTES):
                await self._give(raw[start : start + PIECE_BYTES])
        except MachineError:
            return False
        return True


class KeptMachine(Handle):
    """A machine that another process owns; ``async with`` lets go of it on the way out, and it runs on."""

    console: KeptConsole
    channels: dict[str, KeptConsole]

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, facts: dict[str, Any]) -> None:
        """Over a connection whose welcome said `facts`; use `kept.attach`."""
        super().__init__(facts["name"], Limits(*facts["limits"]), facts["started_at"])
        self.keeper_pid: int = facts["pid"]
        self.gdb_command = facts["gdb_command"]
        self.forwards = tuple(map(OpenForward.read, facts["forwards"]))
        self.addresses = tuple(Link(*each) for each in facts["addresses"])
        self._reader = reader
        self._writer = writer
        self._facts = facts
        self._image: Image | None = None
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._count = 0
        self._reading = asyncio.Event()
        self._reading.set()
        self.console = self._text(self.name, "")
        self.channels = {name: self._text(name, name) for name in facts["channels"]}
        self.console.first_byte_ns = facts["first_byte_ns"]
        self._take_state(facts)
        self._life = asyncio.get_running_loop().create_task(self._live(), name=f"kept machine {self.name}")

    @property
    def image(self) -> Image:
        """What runs, read from the file that the keeper holds open, whatever has become of its name since."""
        if self._image is None:
            from unikernel.build.image import Image  # noqa: PLC0415 - most viewers need none

            path = Path(self._facts["image"])
            beside = Image.read(path) if path.is_file() else None
            try:
                held = Image.read(f"/proc/{self.keeper_pid}/fd/{self._facts['image_descriptor']}")
            except Refusal:
                held = beside or Image.read(path)
            same = beside is not None and beside.sha256 == held.sha256
            self._image = beside if beside and same else replace(held, path=path)
        return self._image

    @property
    def pid(self) -> int:
        """Of the VMM's process."""
        return int(self._facts["vmm_pid"])

    async def stop(self) -> Run:
        """End the machine and return its run; one that has ended already keeps its own ending."""
        return await self._to_the_end("stop")

    async def shutdown(self) -> Run:
        """Ask the machine to end, where its stack has a device that hears it; else stop it."""
        return await self._to_the_end("shutdown")

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def restart(self) -> None:
        """Start it again at once, from its first instruction; returns when it runs. Name and console stay."""
        await self._ask("restart")

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def power_cut(self, after_writes: int = 0, keep: Keep = "none") -> None:
        """Cut the power, of a machine booted with ``volatile=True``; see `handle.Handle.power_cut`."""
        await self._ask("power_cut", json.dumps(asdict(PowerCut(after_writes, keep))).encode())

    async def leave(self) -> Run | None:
        """Let go of the machine; it runs on."""
        if not self._run.done():
            message = f'"{self.name}" was left; attach to it again.'
            self._run.set_exception(WrongState(message))
            self._run.exception()  # Nobody needs to have asked.
        self._life.cancel()
        await asyncio.wait((self._life,))
        return self.run

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def link(self, nic: str = "", *, up: bool) -> None:
        """Pull a nic's cable, or plug it in again; see `handle.Handle.link`."""
        await self._ask("link", json.dumps({"nic": nic, "up": up}).encode())

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def begin_recording(self, nic: str, limit_bytes: int) -> tuple[str, str]:
        """For `capture`; the keeper keeps it."""
        answer = await self._ask("record", json.dumps([nic, limit_bytes]).encode())
        found, name = json.loads(answer)
        return str(found), str(name)

    async def recorded(self, name: str, offset: int) -> tuple[bytes, bool]:
        """For `capture`."""
        answer = await self._ask("recorded", json.dumps([name, offset]).encode())
        return answer[1:], bool(answer[0])

    async def stop_recording(self, name: str) -> None:
        """For `capture`."""
        await self._ask("stop_recording", name.encode())

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def interrupt(self) -> None:
        """What Ctrl-C does: a break of the console, which arrives even when the machine takes no input."""
        await self._ask("interrupt")

    @require(MachineState.RUNNING)
    async def pause(self) -> None:
        """Hold the machine still."""
        await self._ask("pause")

    @require(MachineState.PAUSED)
    async def resume(self) -> None:
        """Let a paused machine go on."""
        await self._ask("resume")

    async def hold(self) -> None:
        """Read no further: the machine is not this viewer's to pause."""
        self._reading.clear()

    async def release(self) -> None:
        """Read on; what the keeper no longer has is skipped."""
        self._reading.set()

    async def records(self) -> abi.Records:
        """What the machine has noted so far; while it runs, as it is at this moment."""
        run = self.run
        return run.records if run else abi.Records.read(await self._ask("records"))

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def host_view(self) -> HostView:
        """What the keeper's host sees of the machine, as it is at this moment."""
        return HostView.read(await self._ask("metrics"))

    async def _to_the_end(self, what: str) -> Run:
        with contextlib.suppress(MachineError):
            await self._ask(what)
        return await asyncio.shield(self._run)

    def _text(self, name: str, channel: str) -> KeptConsole:
        """The console, or a channel beside it."""
        give = partial(self._ask, "input", channel=channel)
        return KeptConsole(name, self.limits.output_bytes, give)

    async def _ask(self, what: str, data: bytes = b"", **more: str) -> bytes:
        """Have the keeper do something; its answer."""
        if self._life.done():
            message = f'{what}: "{self.name}" has ended, or was left.'
            raise WrongState(message)
        self._count += 1
        asked = self._count
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked[asked] = answer
        try:
            self._writer.write(Message("ask", {"id": asked, "what": what, **more}, data).frame())
            return await answer
        finally:
            del self._asked[asked]

    async def _live(self) -> None:
        """Take what the keeper says until the machine has ended, it is left, or the keeper is gone."""
        try:
            while not self._run.done():
                await self._reading.wait()
                message = await wire.read(self._reader)
                if message is None:
                    self._run.set_result(self._lost())
                else:
                    self._take(message)
        finally:
            self._writer.close()
            for text in (self.console, *self.channels.values()):
                text.close()
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(WrongState(f'"{self.name}" has ended, or was left.'))
            if self.run:
                self._become(MachineState.ENDED)

    def _take(self, message: Message) -> None:
        fields = message.fields
        if message.kind == "output":
            self.channels.get(fields["channel"], self.console).feed(message.data, fields["offset"])
        elif message.kind == "state" and fields["state"] != MachineState.ENDED.value:
            self._take_state(fields)
        elif message.kind == "ended":
            run = wire.run_of(message, lambda noted: panic.report(noted, self._debug_path()))
            self._run.set_result(replace(run, channels=self._transcripts()))
        elif message.kind == "answer" and (answer := self._asked.get(fields["id"])) and not answer.done():
            if "error" in fields:
                answer.set_exception(wire.error_of(fields))
            else:
                answer.set_result(message.data)

    def _take_state(self, fields: dict[str, Any]) -> None:
        self._facts["vmm_pid"] = fields["vmm_pid"]
        self.restarts = fields["restarts"]
        self._become(MachineState(fields["state"]))

    def _debug_path(self) -> Path | None:
        try:
            return self.image.debug_path
        except Refusal:
            return None

    def _lost(self) -> Run:
        """What is known of a machine whose keeper was killed; QEMU died with it."""
        now = time.monotonic_ns()
        host = HostTimes(now, None, self.console.first_byte_ns, now)
        transcript = self.console.transcript
        run = Run(self.name, STATUS_VMM, "vmm", GONE, transcript, (), abi.Records(), host, {}, restarts=self.restarts)
        return replace(run, channels=self._transcripts())

    def _transcripts(self) -> dict[str, Transcript]:
        return {name: text.transcript for name, text in self.channels.items()}
