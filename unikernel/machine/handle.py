"""What any machine is to who holds it: its owner here (`machine.Machine`), or a viewer of a kept one
(`kept.machine.KeptMachine`).
"""

from __future__ import annotations

import asyncio
import functools
import time
from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from unikernel.errors import MachineTimeout, WrongState
from unikernel.machine.metrics import MachineMetrics, last_said
from unikernel.machine.network.capture import LIMIT_BYTES, Capture, check_limit
from unikernel.machine.run import Run, restarted
from unikernel.table import Card, Link, Shown
from unikernel.units import duration, memory

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from types import TracebackType
    from typing import Self

    from unikernel import abi
    from unikernel.build.image import Image
    from unikernel.machine.console import Console
    from unikernel.machine.limits import Limits
    from unikernel.machine.metrics import HostView
    from unikernel.machine.network.forwards import OpenForward
    from unikernel.machine.power import Keep

P = ParamSpec("P")
T = TypeVar("T")


class MachineState(Enum):
    """Where a machine is in its life. STARTING → RUNNING ⇄ PAUSED → STOPPING → ENDED; it may end from any, and a
    restart leads back to STARTING.
    """

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    ENDED = "ended"


class Handle(Shown, ABC):
    """A machine that one can watch, type to and end. All methods belong to one loop; ``async with`` leaves it on the
    way out.
    """

    console: Console
    channels: Mapping[str, Console]
    """What the machine's devices carry beside the console, by name; each is read, and kept as far as the console is."""

    def __init__(self, name: str, limits: Limits, started_at: float) -> None:
        """A machine that is starting; `started_at` is in seconds since the epoch."""
        self.name = name
        self.limits = limits
        self.started_at = started_at
        self.restarts = 0
        """How often it was started again."""
        self.gdb_command = ""
        """Attaches gdb, where the machine was booted for one; it waits for that at each start."""
        self.forwards: tuple[OpenForward, ...] = ()
        """Ports of the host that lead into it."""
        self.addresses: tuple[Link, ...] = ()
        """Where its stack says that it is."""
        self._state = MachineState.STARTING
        self._watchers: list[Callable[[], object]] = []
        self._run: asyncio.Future[Run] = asyncio.get_running_loop().create_future()

    @property
    @abstractmethod
    def image(self) -> Image:
        """What runs."""

    @property
    @abstractmethod
    def pid(self) -> int:
        """Of the VMM's process; 0 where there is none."""

    @property
    def state(self) -> MachineState:
        """Where it is in its life."""
        return self._state

    @property
    def run(self) -> Run | None:
        """The run, once the machine has ended."""
        done = self._run.done() and not self._run.cancelled() and self._run.exception() is None
        return self._run.result() if done else None

    @property
    def links(self) -> tuple[Link, ...]:
        """Where to reach it, for a card: its forwards, then its addresses."""
        return (*(each.link() for each in self.forwards), *self.addresses)

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call `callback()` at each change of the state; returns what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

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

    async def settle(self, after_first_byte_s: float = 1.0, silent_s: float | None = None) -> Run | None:
        """Wait until the machine has ended, or for a while after its first output; the run if it has ended. Of one that
        says nothing the output is waited for `silent_s` seconds, or for ever.

        Cancelling the wait stops the machine: who gives up waiting for a boot does not want it.
        """
        ended = asyncio.ensure_future(asyncio.shield(self._run))
        first = asyncio.ensure_future(self.console.began())
        try:
            await asyncio.wait((ended, first), timeout=silent_s, return_when=asyncio.FIRST_COMPLETED)
            if first.done():
                await asyncio.wait((ended,), timeout=after_first_byte_s)
        except asyncio.CancelledError:
            await self.stop()
            raise
        finally:
            first.cancel()
            ended.cancel()
        return self.run

    @abstractmethod
    async def stop(self) -> Run:
        """End the machine, in order if it can be, and return its run; one that has ended already keeps its own
        ending.
        """

    @abstractmethod
    async def shutdown(self) -> Run:
        """Ask the machine to end, where its stack has a device that hears it; else stop it."""

    @abstractmethod
    async def restart(self) -> None:
        """Start it again at once, from its first instruction; returns when it runs. Name and console stay."""

    @abstractmethod
    async def power_cut(self, after_writes: int = 0, keep: Keep = "none") -> None:
        """Cut the power, of a machine booted with ``volatile=True``: see `power.PowerCut`. It may take its time until
        then; `wait` returns the run, ended by ``power``. Raises `Refusal` where the disks forget nothing.
        """

    @abstractmethod
    async def leave(self) -> Run | None:
        """Let go of it: an owner's machine ends with that, and its run is returned; a kept one runs on."""

    @abstractmethod
    async def link(self, nic: str = "", *, up: bool) -> None:
        """Pull the cable of the nic of that name, or plug it in again; a machine's only nic needs no name. A restart plugs
        it in. Raises `Refusal` for a nic that it has not.
        """

    async def capture(self, nic: str = "", *, limit_bytes: int = LIMIT_BYTES) -> Capture:
        """Keep what goes through the nic of that name from now on, up to so many bytes; a machine's only nic needs no name.
        Raises `Refusal` for a nic that it has not.
        """
        return Capture(self, *await self.begin_recording(nic, check_limit(limit_bytes)))

    @abstractmethod
    async def begin_recording(self, nic: str, limit_bytes: int) -> tuple[str, str]:
        """For `capture`: the nic's name, and the recording's."""

    @abstractmethod
    async def recorded(self, name: str, offset: int) -> tuple[bytes, bool]:
        """For `capture`: some of a recording from `offset` on, and whether that is the end; waits until there is some."""

    @abstractmethod
    async def stop_recording(self, name: str) -> None:
        """For `capture`: end a recording."""

    @abstractmethod
    async def interrupt(self) -> None:
        """What Ctrl-C does: a break of the console, which arrives even when the machine takes no input."""

    @abstractmethod
    async def pause(self) -> None:
        """Hold the machine still."""

    @abstractmethod
    async def resume(self) -> None:
        """Let a paused machine go on."""

    @abstractmethod
    async def hold(self) -> None:
        """Have no more output come for a while: an owner's machine is paused, a viewer of a kept one reads no
        further.
        """

    @abstractmethod
    async def release(self) -> None:
        """End what `hold` began."""

    @abstractmethod
    async def records(self) -> abi.Records:
        """What the machine has noted so far; while it runs, as it is at this moment."""

    @abstractmethod
    async def host_view(self) -> HostView:
        """What the host sees of the machine, as it is at this moment."""

    async def metrics(self) -> MachineMetrics:
        """The same beside what the machine says of itself, where its stack has the device Metrics with lines."""
        view = await self.host_view()
        texts = (*self.channels.values(), self.console)
        return MachineMetrics(self.name, view, last_said(each.transcript.data for each in texts))

    def card(self) -> Card:
        """How it shows itself."""
        run = self.run
        if run:
            return run.card()
        state = {MachineState.PAUSED: "paused"}.get(self.state, "running")
        facts = [
            memory(self.limits.memory_bytes),
            f"up {duration(time.time() - self.started_at)}",
            f"process {self.pid}",
        ]
        if self.restarts:
            facts.append(restarted(self.restarts))
        return Card(self.name, state, self.state.value, tuple(facts), links=self.links)

    def __repr__(self) -> str:
        """The name and the state."""
        return f"<{type(self).__name__} {self.name!r} {self.state.value}>"

    async def __aenter__(self) -> Self:
        """The machine itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave it."""
        await self.leave()

    def _become(self, state: MachineState) -> None:
        self._state = state
        for callback in tuple(self._watchers):
            callback()


H = TypeVar("H", bound=Handle)


def require(
    *states: MachineState,
) -> Callable[
    [Callable[Concatenate[H, P], Coroutine[Any, Any, T]]],
    Callable[Concatenate[H, P], Coroutine[Any, Any, T]],
]:
    """Allow a method in these states only; in others it raises `WrongState`, which names both."""

    def decorate(
        method: Callable[Concatenate[H, P], Coroutine[Any, Any, T]],
    ) -> Callable[Concatenate[H, P], Coroutine[Any, Any, T]]:
        @functools.wraps(method)
        async def checked(machine: H, *args: P.args, **kwargs: P.kwargs) -> T:
            if machine.state not in states:
                wanted = " or ".join(state.value for state in states)
                verb = method.__name__.replace("_", " ")
                message = f'{verb}: "{machine.name}" must be {wanted} for that, but it is {machine.state.value}.'
                raise WrongState(message)
            return await method(machine, *args, **kwargs)

        return cast("Callable[Concatenate[H, P], Coroutine[Any, Any, T]]", checked)

    return decorate
