"""Many boots: one dot a boot, a tick for the median, the floor solid and the goal dashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from unikernel.plots.axis import Axis
from unikernel.plots.canvas import LEADING_PX, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unikernel.plots.canvas import Canvas
    from unikernel.sweep import Series, Sweep

LEFT: Final = 112
ROW: Final = 44
RADIUS: Final = 1.9
GOAL: Final = 1.15
"""What we aim at, in multiples of the floor."""


def dots(canvas: Canvas, top: float, sweep: Sweep) -> float:
    """Draws both series from `top` down; returns the y below them."""
    scheme = canvas.scheme
    rows = ((sweep.floor, 1.0), (sweep.image, sweep.ratio))
    note_px = 200 if canvas.width > 600 else 0  # noqa: PLR2004 - where figures fit beside the dots
    values = [ms for series, _ in rows for ms in series.ms] + [GOAL * sweep.floor.median]
    axis = Axis.over(min(values), max(values), LEFT, canvas.width - 1 - note_px)
    first = top + LEADING_PX + 6
    base = first + len(rows) * ROW
    floor, goal = axis.px(sweep.floor.median), axis.px(GOAL * sweep.floor.median)
    canvas.line([(floor, top + LEADING_PX), (floor, base)], line_px=1.5)
    canvas.line([(goal, top + LEADING_PX), (goal, base)], colour=scheme.ink_2, dashed=True)
    canvas.text(floor, top + LEADING_PX - 3, "1 × floor", side="center")
    words = f"goal {GOAL} ×"
    if goal - floor > width_of("1 × floor") / 2 + width_of(words) / 2 + 8:
        canvas.text(goal, top + LEADING_PX - 3, words, side="center", colour=scheme.ink_2)
    for number, (series, ratio) in enumerate(rows):
        _row(canvas, axis, first + number * ROW, series, ratio, beside=note_px > 0)
    canvas.line([(axis.left, base), (axis.right, base)], colour=scheme.edge)
    for tick in axis.ticks:
        x = axis.px(tick)
        canvas.line([(x, base), (x, base + 4)], colour=scheme.edge)
        canvas.text(x, base + 16, axis.label(tick), side="center", colour=scheme.ink_2)
    canvas.text(0, base + 16, f"ms, from {axis.label(axis.low)}", colour=scheme.ink_2)
    return base + 24


def _row(canvas: Canvas, axis: Axis, top: float, series: Series, ratio: float, *, beside: bool) -> None:
    scheme = canvas.scheme
    middle = top + ROW / 2
    canvas.text(0, middle - 2, series.name, bold=True)
    canvas.text(0, middle - 2 + LEADING_PX, series.text, colour=scheme.ink_2)
    canvas.dots(_swarm([axis.px(ms) for ms in series.ms], middle), RADIUS)
    x = axis.px(series.median)
    canvas.line([(x, middle - 16), (x, middle + 16)], line_px=2)
    low, high = series.quartiles
    median, rest = f"{series.median:.1f} ms", f"{ratio:.2f} × · half within {low:.1f}–{high:.1f}"
    if beside:
        canvas.text(axis.right + 16, middle - 2, median, bold=True)
        canvas.text(axis.right + 16, middle - 2 + LEADING_PX, rest, colour=scheme.ink_2)
    else:
        canvas.text(canvas.width - 1, top + 8, f"{median}, {rest}", side="right", ground=scheme.paper)


def _swarm(xs: Sequence[float], middle: float) -> list[tuple[float, float]]:
    """A place for each dot: as near the row's middle as its neighbours let it."""
    placed: list[tuple[float, float]] = []
    apart = 2 * RADIUS + 0.4
    for x in sorted(xs):
        near = [(px, py) for px, py in placed if x - px < apart]
        step = 0
        while True:
            y = middle + ((step + 1) // 2) * apart * (1 if step % 2 else -1)
            if all((x - px) ** 2 + (y - py) ** 2 >= apart**2 for px, py in near):
                break
            step += 1
        placed.append((x, min(max(y, middle - 16), middle + 16)))
    return placed
