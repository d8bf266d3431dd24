"""The timeline of one boot: from the spawn of the VMM to the app's first line, host and machine on one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from unikernel.abi import TraceKind
from unikernel.machine.run import Run
from unikernel.measure.byte_way import byte_way_ms
from unikernel.table import Card, Column, Shown, Table

NS_PER_MS = 1_000_000
PHASES = ("entry", "core", "python", "app", "line")
"""The stamps between which a guest's time is told; a run without one of them has no timeline."""

NAMES = {
    "qemu": "QEMU starts",
    "machine": "firmware and load",
    "entry": "entry",
    "devices": "devices",
    "python": "Python",
    "app": "app",
}
"""What a span is called in a picture or a table."""


@dataclass(frozen=True)
class Span:
    """A named step: where it begins and ends, in ms since the spawn, and on which side the time was spent."""

    name: str
    side: Literal["host", "guest"]
    start_ms: float
    end_ms: float

    @property
    def ms(self) -> float:
        """How long it took."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Mark:
    """A stamp of the machine that begins no span: a device, or the app's own mark."""

    name: str
    ms: float
    failed: bool = False


@dataclass(frozen=True)
class BootTimeline(Shown):
    """Spans without gaps from spawn to first line.

    The machine's clock is laid on the host's by the first byte: the machine stamps its writing, the host its arrival.
    So the machine's stamps stand late by the byte's way, never early. `way_ms` estimates it: one byte's way between
    two threads of this process.
    """

    name: str
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    way_ms: float

    @property
    def total_ms(self) -> float:
        """From spawn to the first line's first byte."""
        return self.spans[-1].end_ms

    @property
    def guest_ms(self) -> float:
        """From the first instruction to the first line: what is ours."""
        return sum(span.ms for span in self.spans if span.side == "guest")

    def data(self) -> dict[str, Any]:
        """The timeline as plain values."""
        return {
            "total_ms": round(self.total_ms, 3),
            "guest_ms": round(self.guest_ms, 3),
            "way_ms": round(self.way_ms, 3),
            "spans": [
                {"name": s.name, "side": s.side, "start_ms": round(s.start_ms, 3), "end_ms": round(s.end_ms, 3)}
                for s in self.spans
            ],
            "marks": [{"name": m.name, "ms": round(m.ms, 3), "failed": m.failed} for m in self.marks],
        }

    def card(self) -> Card:
        """The timeline as a page."""
        columns = (Column("phase"), Column("side"), Column("from", "right"), Column("ms", "right"))
        rows = tuple((NAMES[s.name], s.side, f"{s.start_ms:.2f}", f"{s.ms:.2f}") for s in self.spans)
        return Card(
            self.name,
            word="boot of",
            facts=(f"{self.total_ms:.1f} ms to the first line", f"{self.guest_ms:.1f} ms of them the machine's"),
            tables=(Table(columns, rows),),
            foot=f"The machine's stamps stand some {self.way_ms:.2f} ms late on the host's clock: a byte's way.",
        )


def boot_timeline(run: Run) -> BootTimeline | None:
    """The timeline of a run's boot; None where the machine, which is not trusted, left stamps that make no sense."""
    records, host = run.records, run.host
    stamps = {record.name: record.ticks for record in reversed(records.trace) if record.kind is TraceKind.PHASE}
    if host.running_ns is None or not records.ticks_per_second or any(name not in stamps for name in PHASES):
        return None
    ticks = [stamps[name] for name in PHASES]
    if ticks != sorted(ticks):
        return None
    running_ms = (host.running_ns - host.spawned_ns) / NS_PER_MS

    def at(counted: int) -> float:
        return running_ms + counted * 1000 / records.ticks_per_second

    entry, core, python, app, line = (at(each) for each in ticks)
    spans = (
        Span("qemu", "host", 0, running_ms),
        Span("machine", "host", running_ms, entry),
        Span("entry", "guest", entry, core),
        Span("devices", "guest", core, python),
        Span("python", "guest", python, app),
        Span("app", "guest", app, line),
    )
    others = (record for record in records.trace if record.kind is not TraceKind.PHASE)
    marks = tuple(Mark(r.name, at(r.ticks), r.kind is TraceKind.DEVICE_FAILED) for r in others)
    return BootTimeline(run.name, spans, marks, byte_way_ms())
