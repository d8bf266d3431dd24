"""The same machines for cells and scripts: each method blocks until the asynchronous one has returned on the core's
loop.

Ctrl-C, or interrupting the Jupyter kernel, ends the wait within half a second, cleans up, and raises
KeyboardInterrupt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unikernel.errors import Refusal
from unikernel.machine import machine as asynchronous
from unikernel.machine.boot import boot as asynchronous_boot
from unikernel.machine.limits import DEFAULT_OUTPUT_BYTES
from unikernel.machine.loop import core
from unikernel.machine.network.capture import LIMIT_BYTES
from unikernel.machine.network.forwards import texts
from unikernel.machine.sync_capture import Capture
from unikernel.machine.sync_console import Console
from unikernel.table import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from unikernel.abi import Records
    from unikernel.build.image import Image
    from unikernel.machine.handle import Handle, MachineState
    from unikernel.machine.metrics import MachineMetrics
    from unikernel.machine.network.forwards import OpenForward, Wanted
    from unikernel.machine.power import Keep, PowerCut
    from unikernel.machine.run import Run
    from unikernel.machine.vmm import Vmm
    from unikernel.table import Card


class Machine(Shown):
    """The blocking face of `handle.Handle`; its methods may be called from any thread."""

    def __init__(self, inner: Handle) -> None:
        """Over the asynchronous one."""
        self.inner = inner
        self.console = Console(inner.console)
        self.channels = {name: Console(channel) for name, channel in inner.channels.items()}

    @property
    def name(self) -> str:
        """Unique among this user's running machines."""
        return self.inner.name

    @property
    def image(self) -> Image:
        """What runs."""
        return self.inner.image

    @property
    def state(self) -> MachineState:
        """Where the machine is in its life."""
        return self.inner.state

    @property
    def started_at(self) -> float:
        """Seconds since the epoch."""
        return self.inner.started_at

    @property
    def pid(self) -> int:
        """Of the VMM's process."""
        return self.inner.pid

    @property
    def run(self) -> Run | None:
        """The run, once the machine has ended."""
        return self.inner.run

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return self.inner.restarts

    @property
    def forwards(self) -> tuple[OpenForward, ...]:
        """Ports of the host that lead into the machine."""
        return self.inner.forwards

    @property
    def gdb_command(self) -> str:
        """Attaches gdb to a machine booted for that; else empty."""
        return self.inner.gdb_command

    @property
    def records(self) -> Records:
        """What the machine has noted so far."""
        return core().run(self.inner.records())

    def metrics(self) -> MachineMetrics:
        """What the host sees of the machine, beside what it says of itself, as it is at this moment."""
        return core().run(self.inner.metrics())

    def wait(self, timeout_s: float | None = None) -> Run:
        """Wait for the machine's end. Raises `MachineTimeout` when it still runs after `timeout_s` seconds, and leaves
        it.
        """
        return core().run(self.inner.wait(timeout_s))

    def settle(self, after_first_byte_s: float = 1.0, silent_s: float | None = None) -> Run | None:
        """Wait for the machine's end, or its first output and a while; for that output `silent_s` seconds, or for ever.
        Interrupting this wait stops the machine.
        """
        return core().run(self.inner.settle(after_first_byte_s, silent_s))

    def stop(self) -> Run:
        """End the machine and return its run."""
        return core().run(self.inner.stop())

    def shutdown(self) -> Run:
        """Ask the machine to end, where its stack has a device that hears it; else stop it."""
        return core().run(self.inner.shutdown())

    def restart(self) -> None:
        """Start it again at once, from its first instruction; returns when it runs. Name and console stay."""
        core().run(self.inner.restart())

    def power_cut(self, after_writes: int = 0, keep: Keep = "none") -> None:
        """Cut the power, of a machine booted with ``volatile=True``, as it makes its write number `after_writes` from
        now, or at once. `keep` says what its disks keep of what was not flushed: ``"all"``, ``"none"``, or a seed by
        which some of it is kept, in any order. `wait` returns the run, ended by ``power``.

        Raises `Refusal` where the machine was not booted so.
        """
        core().run(self.inner.power_cut(after_writes, keep))

    def link(self, nic: str = "", *, up: bool) -> None:
        """Pull the cable of the nic of that name, or plug it in again; a machine's only nic needs no name. A restart plugs
        it in. Raises `Refusal` for a nic that it has not.
        """
        core().run(self.inner.link(nic, up=up))

    def capture(self, nic: str = "", *, limit_bytes: int = LIMIT_BYTES) -> Capture:
        """Keep what goes through the nic of that name from now on, up to so many bytes; a machine's only nic needs no name.
        Raises `Refusal` for a nic that it has not.
        """
        return Capture(core().run(self.inner.capture(nic, limit_bytes=limit_bytes)))

    def leave(self) -> Run | None:
        """Let go of it: an owner's machine ends with that, and its run is returned; a kept one runs on."""
        return core().run(self.inner.leave())

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        core().run(self.inner.interrupt())

    def pause(self) -> None:
        """Hold the machine still."""
        core().run(self.inner.pause())

    def resume(self) -> None:
        """Let a paused machine go on."""
        core().run(self.inner.resume())

    def card(self) -> Card:
        """How it shows itself."""
        return self.inner.card()

    def __repr__(self) -> str:
        """The name and the state."""
        return repr(self.inner)

    def __enter__(self) -> Machine:
        """The machine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave it."""
        self.leave()


def boot(
    image: Image,
    *,
    memory_bytes: int | None = None,
    accel: str = "tcg",
    timeout_s: float | None = None,
    prompt: bool | None = None,
    name: str | None = None,
    target: str | None = None,
    output_limit_bytes: int = DEFAULT_OUTPUT_BYTES,
    gdb: bool = False,
    volatile: bool | PowerCut = False,
    parameters: Mapping[str, object] | None = None,
    forward: Wanted = (),
    vmm: Vmm | None = None,
    keep: bool = False,
) -> Machine:
    """Start a machine; see `unikernel.machine.boot.boot`. It ends at the latest when this process does.

    With `keep` a small process of its own owns it instead, and it runs on: `attach` finds it again, from any process.
    """
    options: dict[str, Any] = {
        "memory_bytes": memory_bytes,
        "accel": accel,
        "timeout_s": timeout_s,
        "prompt": prompt,
        "name": name,
        "target": target,
        "output_limit_bytes": output_limit_bytes,
        "gdb": gdb,
        "volatile": volatile,
        "parameters": dict(parameters or {}),
        "forward": texts(forward),
    }
    owner = core()
    if keep:
        if vmm is not None:
            message = "keep: a VMM of this process cannot be handed to another; leave one of them out."
            raise Refusal(message)
        if not isinstance(volatile, bool):
            message = "keep: a kept machine's power is cut by its method power_cut; boot it with volatile=True."
            raise Refusal(message)
        from unikernel.machine import kept  # noqa: PLC0415 - an attached machine needs none of it

        return Machine(owner.run(kept.boot(image, **options)))
    owner.at_exit(asynchronous.stop_all)
    return Machine(owner.run(asynchronous_boot(image, vmm=vmm, **options)))


def attach(name: str, replay_from: int = 0) -> Machine:
    """The kept machine of that name, from any process of its user; see `unikernel.machine.kept.attach`.

    Its output from `replay_from` on, as far as it is kept, comes first. Raises `Refusal` where there is none.
    """
    from unikernel.machine import kept  # noqa: PLC0415

    return Machine(core().run(kept.attach(name, replay_from)))


def machines() -> list[Machine]:
    """The machines of this process that have not ended, oldest first."""
    found = core().call(lambda: sorted(asynchronous.live, key=lambda machine: machine.started_at))
    return [Machine(machine) for machine in found]
