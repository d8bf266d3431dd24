"""A running machine: a resource with named states, made by `boot`, ended by itself, by a limit, or by its owner."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel import abi
from unikernel.errors import MachineError, Refusal, UnikernelError
from unikernel.machine import debugger, panic
from unikernel.machine.channel_console import ChannelConsole
from unikernel.machine.handle import Handle, MachineState, require
from unikernel.machine.metrics import HostView
from unikernel.machine.network import forwards, nics
from unikernel.machine.network.recorder import Recordings
from unikernel.machine.power import PowerCut
from unikernel.machine.run import (
    POWER_CUT,
    STATUS_TIMEOUT,
    STATUS_VMM,
    STOPPED,
    HostTimes,
    Run,
    Verdict,
    running_since,
    verdict,
)
from unikernel.machine.vmm import EndKind, VmmEnd

if TYPE_CHECKING:
    from unikernel.build.image import Image
    from unikernel.machine.disks import Disks
    from unikernel.machine.limits import Limits
    from unikernel.machine.listing import Listing
    from unikernel.machine.power import Keep
    from unikernel.machine.vmm import Channel, Hardware, Session, Vmm

CONTROL: Final = "HostControl"
"""The class of the device by which a machine hears what the host asks."""
SHUTDOWN_S: Final = 10.0
"""How long an app that was asked to end may take to tidy up."""
END_IN_ORDER_S: Final = 1.0
"""How long a VMM that was asked to end may take before it is killed."""

RESTART_NS: Final = 1_000_000_000
"""A machine that asks to be started again waits until so long after its last start: it may do so for ever, and still
does not spin.
"""


class Machine(Handle):
    """One machine, owned here. All methods belong to the loop on which it was booted; ``async with`` ends it on the way
    out.
    """

    console: ChannelConsole
    channels: dict[str, ChannelConsole]

    def __init__(
        self,
        image: Image,
        limits: Limits,
        listing: Listing,
        vmm: Vmm,
        hardware: Hardware,
        session: Session,
        disks: Disks,
    ) -> None:
        """Take over a session that has just started; use `boot`."""
        super().__init__(listing.name, limits, time.time())
        self.listing = listing
        self._image = image
        self._vmm = vmm
        self._disks = disks
        # Started again it is what it was, whatever has become of the file since: the file is held open, and named so.
        self._image_fd = os.open(image.path, os.O_RDONLY | os.O_CLOEXEC)
        self._hardware = replace(hardware, kernel=Path(f"/proc/{os.getpid()}/fd/{self._image_fd}"))
        if hardware.debugger:
            self.gdb_command = debugger.command(image, hardware.debugger)
        self.forwards = forwards.opened(hardware.nics)
        self.addresses = hardware.addresses
        self._session = session
        self._recordings = Recordings()
        self._ours: Verdict | None = None
        self._restart_asked = False
        self._last_records = b""
        self._touched: tuple[tuple[int, int], ...] = ()
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self.console = self._text(self.name, session.console)
        self.channels = {name: self._text(name, channel) for name, channel in session.channels.items()}
        self.console.subscribe(self._note_memory)
        self._life = self._loop.create_task(self._live(), name=f"machine {self.name}")
        self._become(MachineState.RUNNING)
        live.add(self)
        if disks.power is not None:
            disks.power.when_it_goes(self._power_goes)

    @property
    def image(self) -> Image:
        """What runs."""
        return self._image

    @property
    def image_descriptor(self) -> int:
        """Of the image's file, open as long as the machine lives."""
        return self._image_fd

    @property
    def pid(self) -> int:
        """Of the VMM's process; 0 where there is none."""
        return self._session.pid

    async def stop(self) -> Run:
        """End the machine, in order if it can be, and return its run; one that has ended already keeps its own
        ending.
        """
        self._end(STOPPED)
        return await asyncio.shield(self._run)

    async def shutdown(self) -> Run:
        """Ask the machine to end, where its stack has a device that hears it; else stop it."""
        if await self._ask_to_end():
            return await asyncio.shield(self._run)
        return await self.stop()

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def restart(self) -> None:
        """Start it again at once, from its first instruction; returns when it runs. Name and console stay."""
        self._restart_asked = True
        count, session = self.restarts, self._session
        session.stop()
        self._loop.call_later(END_IN_ORDER_S, session.kill)
        while not self._run.done() and (self.restarts == count or self.state is MachineState.STARTING):
            self._changed.clear()
            await self._changed.wait()
        if self._run.done():
            message = f'restart: "{self.name}" was not started again: {self._run.result().reason}.'
            raise MachineError(message)

    async def leave(self) -> Run | None:
        """Stop it: it has no other owner."""
        return await self.stop()

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def power_cut(self, after_writes: int = 0, keep: Keep = "none") -> None:
        """Cut the power, of a machine booted with ``volatile=True``; see `handle.Handle.power_cut`."""
        cut = PowerCut(after_writes, keep)
        if self._disks.power is None:
            message = f'power cut: the disks of "{self.name}" forget nothing; boot it with volatile=True.'
            raise Refusal(message)
        self._disks.power.arm(cut)

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def link(self, nic: str = "", *, up: bool) -> None:
        """Pull a nic's cable, or plug it in again; see `handle.Handle.link`."""
        await self._session.link(nics.one_of(self.name, self._hardware.nics, nic, "link"), up=up)

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def begin_recording(self, nic: str, limit_bytes: int) -> tuple[str, str]:
        """For `capture`."""
        found = nics.one_of(self.name, self._hardware.nics, nic, "capture")
        return found, await self._recordings.begin(self._session, found, limit_bytes)

    async def recorded(self, name: str, offset: int) -> tuple[bytes, bool]:
        """For `capture`."""
        return await self._recordings.since(name, offset)

    async def stop_recording(self, name: str) -> None:
        """For `capture`."""
        await self._recordings.stop(name)

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def interrupt(self) -> None:
        """What Ctrl-C does: a break of the console, which arrives even when the machine takes no input."""
        await self._session.send_break()

    @require(MachineState.RUNNING)
    async def pause(self) -> None:
        """Hold the machine still."""
        await self._session.pause()
        self._become(MachineState.PAUSED)

    @require(MachineState.PAUSED)
    async def resume(self) -> None:
        """Let a paused machine go on."""
        await self._session.resume()
        self._become(MachineState.RUNNING)

    async def hold(self) -> None:
        """Pause it, so that what nobody reads does not pile up."""
        await self.pause()

    async def release(self) -> None:
        """Let it go on."""
        await self.resume()

    async def records(self) -> abi.Records:
        """What the machine has noted so far; while it runs, as it is at this moment."""
        run = self.run
        return run.records if run else self._read_records()

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def host_view(self) -> HostView:
        """What the host sees of the machine, as it is at this moment."""
        return HostView.of(self.pid, await self._session.drives(), await self._session.queues())

    def records_bytes(self) -> bytes:
        """The same as they lie in the machine's memory; of its last moment, once it has ended."""
        return self._last_records or self._session.memory(self.image.place.records_address, abi.RECORDS_BYTES)

    def _note_memory(self, _offset: int, _data: bytes) -> None:
        """At a life's first output: how much memory it took to come so far."""
        if not self._touched:
            self._touched = self._session.touched()

    def _text(self, name: str, channel: Channel) -> ChannelConsole:
        """The reader of the console, or of a channel beside it."""
        kept_bytes = self.limits.output_bytes
        return ChannelConsole(name, channel, kept_bytes, lambda: self._read_records().listening, outlives=True)

    def _become(self, state: MachineState) -> None:
        super()._become(state)
        self._changed.set()

    async def _ask_to_end(self) -> bool:
        """Whether the machine was told to end, and did. Only a Control device hears it, and the app may not obey."""
        if not any(each.class_name == CONTROL for each in self.image.manifest.devices):
            return False
        place = self.image.place.records_address + abi.REQUEST_OFFSET
        self._session.write(place, abi.RequestKind.SHUTDOWN.record())
        await self._session.send_break()
        await asyncio.wait((self._run,), timeout=SHUTDOWN_S)
        return self._run.done()

    def _end(self, ours: Verdict) -> None:
        """Have the VMM end, by our decision."""
        if self.state in (MachineState.STOPPING, MachineState.ENDED):
            return
        self._ours = ours
        self._become(MachineState.STOPPING)
        self._session.stop()
        self._loop.call_later(END_IN_ORDER_S, self._kill)

    def _kill(self) -> None:
        if not self._run.done():
            self._session.kill()

    def _power_goes(self) -> None:
        if self._ours is None:
            self._ours = POWER_CUT
            self._become(MachineState.STOPPING)
        self._session.kill()

    def _time_is_over(self) -> None:
        reason = f"still running after {self.limits.time_s:g} s"
        self._end(Verdict(STATUS_TIMEOUT, "timeout", reason))

    async def _live(self) -> None:
        """From the start to the run; also cut short, it leaves nothing behind."""
        limit = None
        if self.limits.time_s is not None:
            limit = self._loop.call_later(self.limits.time_s, self._time_is_over)
        end = VmmEnd(EndKind.STOPPED)
        try:
            end = await self._session.wait()
            while self._goes_on(end) and await self._start_again():
                end = await self._session.wait()
        finally:
            if limit:
                limit.cancel()
            ended_ns = time.monotonic_ns()
            for text in (self.console, *self.channels.values()):
                text.close()
            self._recordings.end()
            run = self._make_run(end, ended_ns)
            self.listing.end(run)
            try:
                await self._session.close()
            finally:
                os.close(self._image_fd)
                self._disks.close()
                if self._hardware.secrets:
                    self._hardware.secrets.wipe()
                live.discard(self)
                if not self._run.done():
                    self._run.set_result(run)
                self._become(MachineState.ENDED)

    def _goes_on(self, end: VmmEnd) -> bool:
        """Whether that was the end of one life only: a restart was asked for, from outside or by the machine."""
        if self._ours is not None:
            return False
        asked = end.kind is EndKind.QUIT and self._read_records().exit.kind is abi.ExitKind.RESTART
        asked |= end.kind is EndKind.STARVED and self._hardware.starved_restart
        # Asked to end before it had its handlers, a VMM is killed by the signal: that is a stop as well.
        if (asked or end.kind is EndKind.FAILED) and self._stopped_elsewhere():
            return False
        return asked or self._restart_asked

    def _stopped_elsewhere(self) -> bool:
        """Whether another process stops this machine, and only came between two lives."""
        if self._ours is None and self.listing.stop_asked:
            self._ours = STOPPED
        return self._ours is not None

    async def _start_again(self) -> bool:
        """Another life with the same name, console and limits; False where it did not come to that.

        QEMU runs with ``-no-reboot``, so that each life has a process, memory and records of its own.
        """
        old, asked_outside = self._session, self._restart_asked
        self._become(MachineState.STARTING)
        for text in (self.console, *self.channels.values()):
            text.disconnect()
        next_ns = 0 if asked_outside else old.spawned_ns + RESTART_NS
        while self._ours is None and (left_s := (next_ns - time.monotonic_ns()) / 1e9) > 0:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._changed.wait()
        if self._stopped_elsewhere():
            return False
        try:
            session = await self._vmm.start(self._hardware)
        except UnikernelError as error:
            self._ours = Verdict(STATUS_VMM, "vmm", f"it could not be started again: {error}")
            return False
        self._session = session
        self._touched = ()
        self.restarts += 1
        self._restart_asked = False
        await old.close()
        self._recordings.go_on(session)
        self.console.connect(session.console)
        for name, channel in session.channels.items():
            self.channels[name].connect(channel)
        with contextlib.suppress(UnikernelError):  # A full disk does not end a machine that runs.
            self.listing.started(session.pid)
        if self._ours is None:
            self._become(MachineState.RUNNING)
        else:
            session.stop()
        return True

    def _make_run(self, end: VmmEnd, ended_ns: int) -> Run:
        self._last_records = self.records_bytes()
        records = self._read_records()
        report = panic.report(records.panic, self.image.debug_path) if records.panic else None
        how = verdict(records, end, self._ours, report)
        first_byte_ns = self.console.first_byte_ns
        spawned_ns = self._session.spawned_ns
        host = HostTimes(spawned_ns, running_since(records, first_byte_ns, spawned_ns), first_byte_ns, ended_ns)
        return Run(
            name=self.name,
            status=how.status,
            ended_by=how.ended_by,
            reason=how.reason,
            transcript=self.console.transcript,
            channels={name: text.transcript for name, text in self.channels.items()},
            command=self._session.command,
            records=records,
            host=host,
            versions={"vmm": self._session.version()},
            panic=report if how.ended_by == "panic" else None,
            restarts=self.restarts,
            touched=self._touched,
        )

    def _read_records(self) -> abi.Records:
        return abi.Records.read(self.records_bytes())


live: weakref.WeakSet[Machine] = weakref.WeakSet()
"""The machines of this process that have not ended."""


async def stop_all() -> None:
    """Stop every machine that lives on the running loop."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(machine.stop() for machine in tuple(live) if machine._loop is loop))  # noqa: SLF001
