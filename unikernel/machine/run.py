"""The frozen record of a machine that ended, and the rule that says how it ended."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from unikernel.abi import ExitKind, Records, TraceKind
from unikernel.machine.vmm import EndKind, VmmEnd
from unikernel.table import Card, Shown
from unikernel.units import duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from unikernel.machine.panic import PanicReport
    from unikernel.machine.transcript import Transcript

EndedBy = Literal["machine", "timeout", "vmm", "panic", "stopped", "power", "watchdog", "refusal"]

STATUS_MASK: Final = 0xFF
STATUS_TIMEOUT: Final = 124
STATUS_VMM: Final = 125
STATUS_STOPPED: Final = 130
STATUS_PANIC: Final = 134
STATUS_POWER: Final = 137

NO_RECORD: Final = "ended without a record"


def restarted(count: int) -> str:
    """``restarted once``, ``restarted 3 times``."""
    return f"restarted {'once' if count == 1 else f'{count} times'}"


@dataclass(frozen=True)
class HostTimes:
    """The host's stamps of one run, each of ``time.monotonic_ns()``.

    `running_ns` is worked out from the machine's own clock, which starts with it: the first byte's arrival less the
    machine's time of writing it. It is late by the byte's way to us, some 0.1 ms, and None where the machine left no
    such stamp.
    """

    spawned_ns: int
    running_ns: int | None
    first_byte_ns: int | None
    ended_ns: int

    @property
    def seconds(self) -> float:
        """From spawn to end."""
        return (self.ended_ns - self.spawned_ns) / 1e9


@dataclass(frozen=True)
class Verdict:
    """How a machine ended: the tool's exit status for it, who ended it, and half a sentence of why."""

    status: int
    ended_by: EndedBy
    reason: str


STOPPED: Final = Verdict(STATUS_STOPPED, "stopped", "stopped")
POWER_CUT: Final = Verdict(STATUS_POWER, "power", "its power was cut")


@dataclass(frozen=True)
class Run(Shown):
    """What is left of a machine: how it ended, what it wrote and noted, when, and by which command and versions."""

    name: str
    status: int
    ended_by: EndedBy
    reason: str
    transcript: Transcript
    command: tuple[str, ...]
    records: Records
    host: HostTimes
    versions: dict[str, str]
    panic: PanicReport | None = None
    restarts: int = 0
    """How often it was started again; records and times are those of its last life."""
    channels: Mapping[str, Transcript] = field(default_factory=dict)
    """What it wrote to the channels beside its console, by name."""
    touched: tuple[tuple[int, int], ...] = ()
    """What of its memory was in use at its first line: start and end, guest-physical, by address, in whole pages."""

    @property
    def memory_in_use_bytes(self) -> int:
        """Memory that the host had given at the first line; 0 where there was none, or the VMM cannot tell."""
        return sum(end - start for start, end in self.touched)

    @property
    def boot_timeline(self) -> Any:
        """The boot of this run, measured: a `unikernel.measure.boot.BootTimeline`."""
        # By name, as measure/ stands above this room and imports from it.
        return importlib.import_module("unikernel.measure.boot").boot_timeline(self)

    def card(self) -> Card:
        """How it shows itself."""
        good = self.ended_by == "machine" and self.status == 0
        state = "done" if good else "ended" if self.ended_by in ("machine", "stopped", "power") else "failed"
        word = f"ended, exit {self.status}" if self.ended_by == "machine" else self.reason
        facts: tuple[str, ...] = (duration(self.host.seconds), f"{self.transcript.total_bytes} bytes written")
        if self.restarts:
            facts = (*facts, restarted(self.restarts))
        return Card(self.name, state, word, facts, str(self.panic) if self.panic else "")


def verdict(records: Records, end: VmmEnd, ours: Verdict | None, panic: PanicReport | None) -> Verdict:
    """How it ended. `ours` is set when we ended it (timeout, stop, power cut) before the VMM was gone."""
    if ours is not None:
        return ours
    if end.kind is EndKind.STOPPED:
        return STOPPED
    if end.kind is EndKind.STARVED:
        return Verdict(STATUS_PANIC, "watchdog", end.reason)
    if end.kind is EndKind.FAILED:
        return Verdict(STATUS_VMM, "vmm", end.reason)
    if records.exit.kind is ExitKind.STATUS:
        return Verdict(records.exit.status & STATUS_MASK, "machine", f"exit {records.exit.status}")
    if records.exit.kind is ExitKind.PANIC:
        return Verdict(STATUS_PANIC, "panic", f"panic: {panic.summary}" if panic else "panic")
    if end.reason:
        return Verdict(STATUS_VMM, "vmm", end.reason)
    return Verdict(STATUS_PANIC, "panic", NO_RECORD)


def running_since(records: Records, first_byte_ns: int | None, spawned_ns: int) -> int | None:
    """When the machine started, from its stamp of the app's first byte; None where that makes no sense (it is
    untrusted).
    """
    line = next((r for r in records.trace if r.kind is TraceKind.PHASE and r.name == "line"), None)
    if first_byte_ns is None or line is None or not records.ticks_per_second:
        return None
    started = first_byte_ns - line.ticks * 1_000_000_000 // records.ticks_per_second
    return started if spawned_ns <= started <= first_byte_ns else None
