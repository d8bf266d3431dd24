"""One boot as a strip: the host's row and the guest's on one axis, the guest's part enlarged below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from unikernel.measure.boot import NAMES
from unikernel.plots.axis import Axis
from unikernel.plots.canvas import LEADING_PX, Side, fitted, width_of
from unikernel.plots.style import LABEL_PX

if TYPE_CHECKING:
    from unikernel.measure.boot import BootTimeline, Span
    from unikernel.plots.canvas import Canvas

LEFT: Final = 56
"""Where the rows begin; their names stand before it."""
ROW: Final = 22
GAP: Final = 8


def strip(canvas: Canvas, top: float, timeline: BootTimeline, floor_ms: float | None = None) -> float:
    """Draws the strip from `top` down; `floor_ms` draws the floor as a solid line. Returns the y below it."""
    scheme = canvas.scheme
    end = max(timeline.total_ms, floor_ms or 0)
    axis = Axis.over(0, end, LEFT, canvas.width - 1)
    host = top + (LEADING_PX + 6 if floor_ms else 0)
    guest = host + ROW + GAP
    base = guest + ROW + GAP
    if floor_ms:
        x = axis.px(floor_ms)
        canvas.line([(x, top + LEADING_PX), (x, base)], line_px=1.5)
        canvas.text(x, top + LEADING_PX - 3, f"floor {floor_ms:.1f}", side="right" if x > canvas.width / 2 else "left")
    canvas.text(0, host + 15, "host", colour=scheme.ink_2)
    canvas.text(0, guest + 15, "machine", colour=scheme.ink_2)
    for span in timeline.spans:
        if span.side == "host":
            _box(canvas, axis, span, host, label=True)
        else:
            _box(canvas, axis, span, guest, label=False)
    canvas.line([(axis.left, base), (axis.right, base)], colour=scheme.edge)
    for tick in axis.ticks:
        x = axis.px(tick)
        canvas.line([(x, base), (x, base + 4)], colour=scheme.edge)
        last = tick == axis.ticks[-1]
        side: Side = "right" if last else "center"
        canvas.text(x + last, base + 16, axis.label(tick), side=side, colour=scheme.ink_2)
    canvas.text(0, base + 16, "ms", colour=scheme.ink_2)
    return _enlarged(canvas, base + 26, timeline, axis, guest + ROW)


def _box(canvas: Canvas, axis: Axis, span: Span, top: float, *, label: bool) -> None:
    colours = canvas.scheme.phase(span.name)
    left, right = axis.px(span.start_ms), axis.px(span.end_ms)
    edge = canvas.scheme.edge if label else canvas.scheme.paper
    canvas.rectangle(left, top, right - left, ROW, fill=colours.fill, hatch=colours.hatch)
    canvas.rectangle(left, top, right - left, ROW, edge=edge)
    if label:
        words = fitted(f"{NAMES[span.name]} {span.ms:.1f}", right - left - 12)
        if words.endswith(f"{span.ms:.1f}"):
            canvas.text(left + 6, top + 15, words, ground=canvas.scheme.paper)


def _enlarged(canvas: Canvas, top: float, timeline: BootTimeline, axis: Axis, from_y: float) -> float:
    """The guest's spans over the whole width, with lines that show from where."""
    scheme = canvas.scheme
    spans = [span for span in timeline.spans if span.side == "guest"]
    start, end = spans[0].start_ms, spans[-1].end_ms
    wide = Axis(start, end, 1, LEFT, canvas.width - 1)
    factor = (wide.right - wide.left) / max(axis.px(end) - axis.px(start), 1e-9)
    row = top + 14
    canvas.line([(axis.px(start), from_y), (axis.px(start), top - 4), (wide.left, row)], hair=True)
    canvas.line([(axis.px(end), from_y), (axis.px(end), top - 4), (wide.right, row)], hair=True)
    canvas.text(0, row + 11, "machine", colour=scheme.ink_2)
    canvas.text(0, row + 11 + LEADING_PX, f"× {factor:.1f}", colour=scheme.ink_2)
    below = False
    for span in spans:
        left, right = wide.px(span.start_ms), wide.px(span.end_ms)
        canvas.rectangle(left, row, right - left, ROW + 2, fill=scheme.phase(span.name).fill, edge=scheme.paper)
        name, figure = NAMES[span.name], f"{span.ms:.2f} ms"
        inside = width_of(name, LABEL_PX, bold=True) + width_of(f" {figure}") + 16
        if inside <= right - left:
            canvas.text(left + 6, row + 16, name, bold=True)
            canvas.text(right - 6, row + 16, figure, side="right")
        else:
            below = True
            canvas.text(left + 1, row + ROW + 2 + LEADING_PX, name)
            canvas.text(left + 1, row + ROW + 2 + 2 * LEADING_PX, figure, colour=scheme.ink_2)
    return row + ROW + (2 * LEADING_PX if below else 0) + 12
