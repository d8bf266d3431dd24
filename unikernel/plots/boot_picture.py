"""The picture of a boot: what it found, one boot as a strip, and of a sweep all boots as dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unikernel.measure.boot import NAMES, BootTimeline
from unikernel.plots.boot_dots import dots
from unikernel.plots.boot_strip import strip
from unikernel.plots.canvas import Canvas
from unikernel.table import Column, Table
from unikernel.units import memory

if TYPE_CHECKING:
    from unikernel.plots.picture import Picture
    from unikernel.sweep import Sweep


def boot_picture(boots: Sweep | BootTimeline, *, dark: bool, width: int) -> Picture:
    """One boot, or a sweep; the finding is made of its numbers alone."""
    canvas = Canvas(width, dark=dark)
    if isinstance(boots, BootTimeline):
        finding = f"{boots.name} says its first line after {boots.total_ms:.1f} ms; {boots.guest_ms:.1f} ms of them are its own"
        y = canvas.title(0, finding, "one boot · host hatched, machine filled")
        y = strip(canvas, y, boots)
        return canvas.finish(y, f"{finding}. {_spoken(boots)}", _table(boots))
    image = boots.image
    finding = f"{image.name} says its first line at {boots.ratio:.2f} × the floor"
    timeline = boots.timeline
    if timeline is not None:
        finding += f"; {timeline.guest_ms:.1f} of {timeline.total_ms:.1f} ms are its own"
    facts = (
        f"{len(image.ms)} boots each, interleaved, same command · {boots.machine_type}, {boots.accelerator}, "
        f"{memory(boots.memory_bytes)} · the strip: the boot nearest the median; one dot a boot, tick: median"
    )
    y = canvas.title(0, finding, facts)
    alt = f"{finding}. Floor {boots.floor.median:.1f} ms, {image.name} {image.median:.1f} ms, medians of {len(image.ms)} boots."
    if timeline is not None:
        y = strip(canvas, y, timeline, boots.floor.median) + 10
        alt += f" {_spoken(timeline)}"
    y = dots(canvas, y, boots)
    return canvas.finish(y, alt, _table(timeline) if timeline else boots.card().tables[0])


def _spoken(timeline: BootTimeline) -> str:
    return ", ".join(f"{NAMES[span.name]} {span.ms:.2f} ms" for span in timeline.spans) + "."


def _table(timeline: BootTimeline) -> Table:
    columns = (Column("phase"), Column("side"), Column("from ms", "right"), Column("ms", "right"))
    return Table(columns, tuple((NAMES[s.name], s.side, f"{s.start_ms:.2f}", f"{s.ms:.2f}") for s in timeline.spans))
