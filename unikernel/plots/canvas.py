"""A sheet to draw on in CSS pixels, y downwards: what every picture is made of, in the look's colours and sizes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from unikernel.plots import style
from unikernel.plots.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unikernel.table import Table

Side = Literal["left", "center", "right"]

LEADING_PX: Final = 13
"""From one line of labels to the next."""

WIDEST: Final = "DejaVu Sans"
"""The widest of the common fonts, which matplotlib brings: what is laid out for it fits in all others."""

_HAIR_Z: Final = 1.0
_AREA_Z: Final = 2.0
_LINE_Z: Final = 3.0
_TEXT_Z: Final = 4.0


class Canvas:
    """Grows downwards: `finish` says how high it became."""

    def __init__(self, width: float, *, dark: bool = False) -> None:
        """An empty sheet `width` pixels wide."""
        self.width = width
        self.scheme = style.scheme(dark=dark)
        self._figure = Picture(self.scheme.paper)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)
        self._titles: list[str] = []

    def title(self, y: float, finding: str, facts: str) -> float:
        """The finding and the line under it, wrapped to the width; returns the y below both."""
        self._titles.append(finding)
        for line in wrapped(finding, self.width, style.NAME_PX, bold=True):
            y += style.NAME_PX + 4
            self.text(0, y, line, size=style.NAME_PX, bold=True)
        y += 3
        for line in wrapped(facts, self.width, style.FACT_PX):
            y += style.FACT_PX + 4
            self.text(0, y, line, size=style.FACT_PX, colour=self.scheme.ink_2)
        return y + 8

    def rectangle(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        edge: str | None = None,
        hatch: str = "",
        line_px: float = 1,
        alpha: float = 1,
    ) -> None:
        """A rectangle; `alpha` is its edge's."""
        patch = Rectangle(
            (left, top),
            width,
            height,
            facecolor=fill or "none",
            edgecolor=(edge, alpha) if edge else "none",
            linewidth=line_px * style.POINTS_PER_PX if edge else 0,
            joinstyle="miter",
            zorder=_AREA_Z,
        )
        self._axes.add_patch(patch)
        if hatch:
            self._hatch(left, top, width, height, slope=-1 if "\\" in hatch else 1)

    def _hatch(self, left: float, top: float, width: float, height: float, slope: int) -> None:
        """Lines at 45 degrees, as one path cut to the rectangle: the same in every format."""
        clip = Rectangle((left, top), width, height, transform=self._axes.transData)
        xs: list[float] = []
        ys: list[float] = []
        start = left - height
        # Counted from the sheet's edge, so that neighbours' lines meet.
        x = start - start % HATCH_STEP_PX
        while x < left + width:
            low, high = (top + height, top) if slope > 0 else (top, top + height)
            xs += [x, x + height, float("nan")]
            ys += [low, high, float("nan")]
            x += HATCH_STEP_PX
        line = Line2D(
            xs, ys, color=self.scheme.edge, linewidth=0.75 * style.POINTS_PER_PX, zorder=_AREA_Z + 0.1, alpha=0.7
        )
        line.set_clip_path(clip)
        self._axes.add_line(line)
        line.set_clip_path(clip)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str | None = None,
        line_px: float = 1,
        dashed: bool = False,
        hair: bool = False,
    ) -> None:
        """A line through points; `hair` puts it under everything."""
        self._axes.add_line(
            Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                color=colour or (self.scheme.line if hair else self.scheme.ink),
                linewidth=line_px * style.POINTS_PER_PX,
                linestyle=(0, (3 / line_px, 3 / line_px)) if dashed else "-",
                solid_capstyle="butt",
                dash_capstyle="butt",
                zorder=_HAIR_Z if hair else _LINE_Z,
            )
        )

    def dots(self, points: Sequence[tuple[float, float]], radius: float) -> None:
        """One dot a point, in the colour of edges."""
        size = (2 * radius * style.POINTS_PER_PX) ** 2
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self._axes.scatter(xs, ys, s=size, c=self.scheme.edge, linewidths=0, zorder=_LINE_Z)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        side: Side = "left",
        size: float = style.LABEL_PX,
        bold: bool = False,
        colour: str | None = None,
        mono: bool = False,
        ground: str | None = None,
    ) -> None:
        """One line of text whose baseline is `y`; `x` is its end at `side`. `ground` puts paper under it."""
        if ground:
            wide = width_of(words, size, bold=bold)
            left = {"left": x, "center": x - wide / 2, "right": x - wide}[side]
            patch = Rectangle(
                (left - 3, y - size), wide + 6, size + 4, facecolor=ground, linewidth=0, zorder=_TEXT_Z - 0.1
            )
            self._axes.add_patch(patch)
        self._axes.add_artist(
            Text(
                x,
                y,
                words,
                color=colour or self.scheme.ink,
                horizontalalignment=side,
                verticalalignment="baseline",
                fontproperties=_font(mono=mono, bold=bold),
                fontsize=size * style.POINTS_PER_PX,
                parse_math=False,
                zorder=_TEXT_Z,
            )
        )

    def finish(self, height: float, alt: str, table: Table | None = None) -> Picture:
        """The picture, `height` pixels high."""
        figure = self._figure
        figure.set_size_inches(self.width / figure.dpi, height / figure.dpi)
        self._axes.set_ylim(height, 0)
        figure.title = self._titles[0] if self._titles else ""
        figure.alt = alt
        figure.table = table
        return figure


HATCH_STEP_PX: Final = 5
"""Between two lines of a hatch."""


@cache
def _font(*, mono: bool, bold: bool) -> FontProperties:
    """The look's fonts that this machine has: matplotlib complains about each that it has not."""
    installed = set(fontManager.get_font_names())
    fallback = "DejaVu Sans Mono" if mono else WIDEST
    names = [name for name in style.families(mono=mono) if name in installed] or [fallback]
    return FontProperties(family=names, weight="bold" if bold else "normal")


@cache
def _widest(*, bold: bool, mono: bool) -> str:
    family = "DejaVu Sans Mono" if mono else WIDEST
    return findfont(FontProperties(family=family, weight="bold" if bold else "normal"))


@cache
def width_of(words: str, size: float = style.LABEL_PX, *, bold: bool = False, mono: bool = False) -> float:
    """How wide a text may become, in pixels."""
    font = get_font(_widest(bold=bold, mono=mono))
    font.set_size(size, 72)
    font.set_text(words, 0.0)
    wide, _ = font.get_width_height()
    return float(wide) / 64


def fitted(words: str, width: float, size: float = style.LABEL_PX, *, bold: bool = False, mono: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width`; empty where not even three letters fit."""
    if width_of(words, size, bold=bold, mono=mono) <= width:
        return words
    for kept in range(len(words) - 1, 2, -1):
        short = words[:kept].rstrip(" ,./_") + "…"
        if width_of(short, size, bold=bold, mono=mono) <= width:
            return short
    return ""


def wrapped(words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than `width`, broken at spaces."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
