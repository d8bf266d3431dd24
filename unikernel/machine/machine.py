"""A running machine: a resource with named states, made by `boot`, ended by itself, by a limit, or by its owner."""

from __future__ import annotations

import asyncio
import functools
import re
import time
import weakref
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, cast

from unikernel import abi
from unikernel.errors import MachineTimeout, Refusal, WrongState
from unikernel.machine import accelerator, panic
from unikernel.machine.console import Console
from unikernel.machine.limits import DEFAULT_OUTPUT_BYTES, Limits
from unikernel.machine.qemu import Qemu
from unikernel.machine.registry import Listing
from unikernel.machine.run import (
    STATUS_STOPPED,
    STATUS_TIMEOUT,
    HostTimes,
    Run,
    Verdict,
    running_since,
    verdict,
)
from unikernel.machine.vmm import EndKind, Hardware, VmmEnd
from unikernel.table import Card
from unikernel.targets import target_named
from unikernel.units import duration, memory

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from unikernel.build.image import Image
    from unikernel.machine.vmm import Session, Vmm

P = ParamSpec("P")
T = TypeVar("T")

END_IN_ORDER_S: Final = 1.0
"""How long a VMM that was asked to end may take before it is killed."""

MEMORY_GRAIN_BYTES: Final = 8192


class MachineState(Enum):
    """Where a machine is in its life. STARTING → RUNNING ⇄ PAUSED → STOPPING → ENDED; it may end from any."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    ENDED = "ended"


def require(
    *states: MachineState,
) -> Callable[
    [Callable[Concatenate[Machine, P], Coroutine[Any, Any, T]]],
    Callable[Concatenate[Machine, P], Coroutine[Any, Any, T]],
]:
    """Allow a method in these states only; in others it raises `WrongState`, which names both."""

    def decorate(
        method: Callable[Concatenate[Machine, P], Coroutine[Any, Any, T]],
    ) -> Callable[Concatenate[Machine, P], Coroutine[Any, Any, T]]:
        @functools.wraps(method)
        async def checked(machine: Machine, *args: P.args, **kwargs: P.kwargs) -> T:
            if machine.state not in states:
                wanted = " or ".join(state.value for state in states)
                verb = method.__name__.replace("_", " ")
                message = f'{verb}: "{machine.name}" must be {wanted} for that, but it is {machine.state.value}.'
                raise WrongState(message)
            return await method(machine, *args, **kwargs)

        return cast("Callable[Concatenate[Machine, P], Coroutine[Any, Any, T]]", checked)

    return decorate


class Machine:
    """One machine. All methods belong to the loop on which it was booted; ``async with`` ends it on the way out."""

    def __init__(self, image: Image, limits: Limits, listing: Listing, session: Session) -> None:
        """Take over a session that has just started; use `boot`."""
        self.image = image
        self.limits = limits
        self.name = listing.name
        self.state = MachineState.STARTING
        self.started_at = time.time()
        """Seconds since the epoch."""
        self._listing = listing
        self._session = session
        self._ours: Verdict | None = None
        self._loop = asyncio.get_running_loop()
        self.console = Console(self.name, session.console, limits.output_bytes, lambda: self._read_records().listening)
        self._run: asyncio.Future[Run] = self._loop.create_future()
        self._life = self._loop.create_task(self._live(), name=f"machine {self.name}")
        self.state = MachineState.RUNNING
        live.add(self)

    @property
    def pid(self) -> int:
        """Of the VMM's process; 0 where there is none."""
        return self._session.pid

    @property
    def run(self) -> Run | None:
        """The run, once the machine has ended."""
        return self._run.result() if self._run.done() and not self._run.cancelled() else None

    async def wait(self, timeout_s: float | None = None) -> Run:
        """Wait for the machine's end. Raises `MachineTimeout` when it still runs after `timeout_s` seconds, and leaves
        it running.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(self._run)
        except TimeoutError:
            message = f'"{self.name}" still runs after {timeout_s:g} s; wait longer, or stop it.'
            raise MachineTimeout(message) from None

    async def settle(self, after_first_byte_s: float = 1.0) -> Run | None:
        """Wait until the machine has ended, or for a while after its first output; the run if it has ended.

        Cancelling the wait stops the machine: who gives up waiting for a boot does not want it.
        """
        ended = asyncio.ensure_future(asyncio.shield(self._run))
        first = asyncio.ensure_future(self.console.began())
        try:
            await asyncio.wait((ended, first), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait((ended,), timeout=after_first_byte_s)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            first.cancel()
            ended.cancel()
        return self.run

    async def stop(self) -> Run:
        """End the machine, in order if it can be, and return its run; one that has ended already keeps its own
        ending.
        """
        self._end(Verdict(STATUS_STOPPED, "stopped", "stopped"))
        return await asyncio.shield(self._run)

    @require(MachineState.RUNNING, MachineState.PAUSED)
    async def interrupt(self) -> None:
        """What Ctrl-C does: the console line's break, which arrives even when the machine takes no input."""
        await self._session.send_break()

    @require(MachineState.RUNNING)
    async def pause(self) -> None:
        """Hold the machine still."""
        await self._session.pause()
        self.state = MachineState.PAUSED

    @require(MachineState.PAUSED)
    async def resume(self) -> None:
        """Let a paused machine go on."""
        await self._session.resume()
        self.state = MachineState.RUNNING

    def records(self) -> abi.Records:
        """What the machine has noted so far; while it runs, as it is at this moment."""
        run = self.run
        return run.records if run else self._read_records()

    def card(self) -> Card:
        """How it shows itself."""
        run = self.run
        if run:
            return run.card()
        state = {MachineState.PAUSED: "paused"}.get(self.state, "running")
        facts = (
            memory(self.limits.memory_bytes),
            f"up {duration(time.time() - self.started_at)}",
            f"process {self.pid}",
        )
        return Card(self.name, state, self.state.value, facts)

    def __str__(self) -> str:
        """The card as text."""
        return self.card().text()

    def __repr__(self) -> str:
        """The name and the state."""
        return f"<Machine {self.name!r} {self.state.value}>"

    def _repr_html_(self) -> str:
        return self.card().html()

    async def __aenter__(self) -> Machine:
        """The machine itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it if it still runs."""
        await self.stop()

    def _end(self, ours: Verdict) -> None:
        """Have the VMM end, by our decision."""
        if self.state in (MachineState.STOPPING, MachineState.ENDED):
            return
        self.state = MachineState.STOPPING
        self._ours = ours
        self._session.stop()
        self._loop.call_later(END_IN_ORDER_S, self._kill)

    def _kill(self) -> None:
        if not self._run.done():
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
        finally:
            if limit:
                limit.cancel()
            ended_ns = time.monotonic_ns()
            self.console.close()
            self._listing.remove()
            run = self._make_run(end, ended_ns)
            try:
                await self._session.close()
            finally:
                self.state = MachineState.ENDED
                live.discard(self)
                if not self._run.done():
                    self._run.set_result(run)

    def _make_run(self, end: VmmEnd, ended_ns: int) -> Run:
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
            command=self._session.command,
            records=records,
            host=host,
            versions={"vmm": self._session.version()},
            panic=report if how.ended_by == "panic" else None,
        )

    def _read_records(self) -> abi.Records:
        return abi.Records.read(self._session.memory(self.image.place.records_address, abi.RECORDS_BYTES))


live: weakref.WeakSet[Machine] = weakref.WeakSet()
"""The machines of this process that have not ended."""


async def stop_all() -> None:
    """Stop every machine that lives on the running loop."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(machine.stop() for machine in tuple(live) if machine._loop is loop))  # noqa: SLF001


async def boot(
    image: Image,
    *,
    memory_bytes: int | None = None,
    accel: str = accelerator.Accelerator.TCG.value,
    timeout_s: float | None = None,
    prompt: bool | None = None,
    name: str | None = None,
    target: str | None = None,
    output_limit_bytes: int = DEFAULT_OUTPUT_BYTES,
    vmm: Vmm | None = None,
) -> Machine:
    """Start a machine from `image`; it runs when this returns, and ends when its owner does.

    `memory_bytes` is the image's own default when left out. `timeout_s` limits the machine's life in seconds. `prompt`
    asks for a prompt after the app, or for none; left out, the stack says. `name` is the image's when left out, made
    unique among the running. Raises `Refusal`, with nothing started, for what cannot be: see `Limits`; `VmmError` when
    the VMM cannot be started.
    """
    limits = Limits(
        image.manifest.memory_bytes if memory_bytes is None else memory_bytes, output_limit_bytes, timeout_s
    )
    hardware = describe(image, limits, accel=accel, prompt=prompt, target=target)
    wanted = (
        name
        if name is not None
        else re.sub(r"[^A-Za-z0-9_.-]", "-", image.manifest.name)[:60].lstrip(".-") or "machine"
    )
    listing = Listing(wanted, image.path, limits.memory_bytes, exact=name is not None)
    try:
        session = await (vmm or Qemu()).start(hardware)
        try:
            machine = Machine(image, limits, listing, session)
        except BaseException:
            await session.close()
            raise
    except BaseException:
        listing.remove()
        raise
    if session.pid:
        try:
            listing.started(session.pid)
        except BaseException:
            await machine.stop()
            raise
    return machine


def describe(
    image: Image, limits: Limits, *, accel: str = "tcg", prompt: bool | None = None, target: str | None = None
) -> Hardware:
    """The hardware on which `boot` would run an image, all checked; raises `Refusal`."""
    wanted = target_named(target if target is not None else image.manifest.target)
    if wanted.name != image.manifest.target:
        message = f"target: {image.path} is built for {image.manifest.target}, not {wanted.name}; build it with --target {wanted.name}."
        raise Refusal(message)
    limits.check(image.manifest.name, image.place.least_memory_bytes)
    if not Path(image.path).is_file():
        message = f"{image.path} is not there any more; build it again."
        raise Refusal(message)
    command_line = "" if prompt is None else f"{abi.KEY_PROMPT}={int(prompt)}"
    memory_bytes = -(-limits.memory_bytes // MEMORY_GRAIN_BYTES) * MEMORY_GRAIN_BYTES
    return Hardware(wanted.machine_type, Path(image.path), memory_bytes, command_line, accelerator.choose(accel))
