"""Pictures: exact areas, nice axes, findings from data, text as text, light and dark; colours that can be read."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.test_measure_boot import PHASES, run
from unikernel import plots
from unikernel.measure.boot import boot_timeline
from unikernel.measure.footprint import Component, File, Footprint
from unikernel.measure.memory import MemoryUse, Region
from unikernel.plots.axis import Axis
from unikernel.plots.treemap import Box, squarified
from unikernel.sweep import Series, Sweep

ROOT = Path(__file__).parents[2]
TIMELINE = boot_timeline(run(*PHASES))
SWEEP = Sweep(
    Series("hello", "as built", (27.0, 28.0, 29.0)),
    Series("floor", "does nothing", (24.0, 25.0, 26.0)),
    (TIMELINE,) if TIMELINE else (),
    8 << 20,
    "microvm",
    "TCG",
)
FILES = (File("py/vm.c", 700, ()), File("py/gc.c", 200, ()))
MEMORY = MemoryUse(
    "hello",
    (
        Region("left by the VMM", "", 0, 1 << 20, ((0, 4096), (0xF0000, 0xF1000))),
        Region("code", "r-x", 1 << 20, 0x110000, ((1 << 20, 0x110000),)),
        Region("heap", "rw-", 0x110000, 8 << 20, ((0x110000, 0x118000),)),
    ),
)
FOOTPRINT = Footprint(
    "hello", 1000, (Component("micropython", "runtime", 900, FILES), Component("app", "app", 100, ()))
)


def test_a_treemap_is_exact_and_stays_inside() -> None:
    within = Box(0, 0, 300, 100)
    boxes = squarified([5, 3, 1, 1], within)
    assert [round(box.width * box.height) for box in boxes] == [15000, 9000, 3000, 3000]
    assert all(box.left + box.width <= 300.001 and box.top + box.height <= 100.001 for box in boxes)


@pytest.mark.parametrize(("low", "high"), [(0, 31.2), (22.3, 44), (0, 0.003), (5, 5)])
def test_an_axis_holds_its_data_between_nice_numbers(low: float, high: float) -> None:
    axis = Axis.over(low, high, 0, 800)
    assert axis.low <= low
    assert axis.high >= high
    assert 2 <= len(axis.ticks) <= 12
    assert len({axis.label(tick) for tick in axis.ticks}) == len(axis.ticks)


@pytest.mark.parametrize("width", [480, 860])
@pytest.mark.parametrize("dark", [False, True])
def test_each_picture_is_drawn_with_its_text_as_text(width: int, dark: bool) -> None:
    pictures = (
        plots.boot(SWEEP, dark=dark, width=width),
        plots.footprint(FOOTPRINT, dark=dark, width=width),
        plots.memory(MEMORY, dark=dark, width=width),
    )
    for picture in pictures:
        svg = picture.rendered("svg").decode()
        assert picture.size_px[0] == width
        assert "<text" in svg
        assert picture.alt[:20] in svg
        assert picture.rendered("png").startswith(b"\x89PNG")
        assert picture.table is not None


def test_findings_are_made_of_the_data() -> None:
    assert "1.12 × the floor" in plots.boot(SWEEP).title
    assert plots.footprint(FOOTPRINT).title.startswith("90 % of hello is micropython")
    found = "hello has 104 KiB of its 8 MiB in use at its first line; 64 KiB of them are code"
    assert plots.memory(MEMORY).title == found


def test_the_same_data_give_the_same_file() -> None:
    assert plots.boot(SWEEP).rendered("svg") == plots.boot(SWEEP).rendered("svg")


def test_tokens_and_style_hold_the_same_colours() -> None:
    style = json.loads((ROOT / "unikernel/plots/style.json").read_text())
    tokens = (ROOT / "unikernel/notebook/tokens.css").read_text()
    for name in ("ink-2", "accent", "ok", "warn", "bad", "edge", "line"):
        match = re.search(rf"--uk-{name}:\s*light-dark\((#\w+), (#\w+)\)", tokens)
        assert match, name
        assert match.groups() == (style["light"][name], style["dark"][name])
    for kind, colours in style["light"]["kinds"].items():
        match = re.search(rf"--uk-{kind}-mark:\s*light-dark\((#\w+), (#\w+)\)", tokens)
        assert match, kind
        assert match.groups() == (colours["mark"], style["dark"]["kinds"][kind]["mark"])


def luminance(colour: str) -> float:
    """Relative luminance. WCAG 2.2, "relative luminance"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_4_5_and_marks_3_to_1(scheme: str) -> None:
    values = json.loads((ROOT / "unikernel/plots/style.json").read_text())[scheme]
    for name in ("ink", "ink-2", "accent", "ok", "warn", "bad"):
        assert contrast(values[name], values["paper"]) >= 4.5, name
    assert contrast(values["edge"], values["paper"]) >= 3
    for kind, colours in values["kinds"].items():
        assert contrast(values["ink"], colours["fill"]) >= 4.5, kind
        assert contrast(colours["mark"], values["paper"]) >= 3, kind
