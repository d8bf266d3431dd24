"""The web service's figures in README.md: what was measured, and nothing else, between its marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench import readme
from tests.bench.goals import GOALS

ROW = re.compile(r"^\| (\S.*?) \| ([\d.\u2009]+) \| ([\d.\u2009]+) \| ([\d.\u2009]+) × \|$", re.MULTILINE)


def block() -> str:
    found = re.findall(f"(?s){readme.BEGIN}\n(.*?){readme.END}", readme.PAGE.read_text())
    assert len(found) == 1
    return str(found[0])


def row(name: str, value: float, note: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "baseline": note}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "README.md"
    made.write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nbetween\n{readme.END}\nafter\n")
    monkeypatch.setattr(readme, "PAGE", made)
    return made


def test_the_page_has_figures_that_can_be_true_or_says_who_writes_them() -> None:
    rows = ROW.findall(block())
    if not rows:
        assert block() == readme.NOTHING
    assert len(rows) == block().count(" × |")
    assert {label for label, *_ in rows} <= {label for label, *_ in readme.LINES}
    for label, *figures in rows:
        ours, theirs, ratio = (float(each.replace("\N{THIN SPACE}", "")) for each in figures)
        # The ratio is of rounds, the figures are medians.
        assert 0.8 < ours / theirs / ratio < 1.25, label


def test_every_line_is_of_a_figure_that_the_bench_has() -> None:
    assert {name for _, name, _ in readme.LINES} <= set(GOALS)


def test_it_is_written_between_its_marks_alone(page: Path) -> None:
    words = "Microdot, 16 connections at once; 512.3 and 231 requests/s, × 2.18 to 2.31, p99 41.2 and 103 ms, by ab"
    rows = [
        row("web_rps_16", 2.22, words),
        row("stream_rps_16", 3.5, "asyncio; 1.234e+04 and 3526 requests/s, × 3.4 to 3.6, by wrk"),
        row("web_bytes", 414_208),
        row("web_memory", 3_145_728),
        row("first_answer", 1.313),
        row("linux_first_answer", 104.4),
    ]
    readme.write(rows, "x86_64, 2 processors")
    text = page.read_text()
    assert text.startswith(f"before\n{readme.BEGIN}\n{readme.HEAD}| 16 clients at once | 512 | 231 | 2.22 × |\n")
    assert "| 99 of their 100 answers come within, ms | 41.2 | 103 | 0.400 × |\n" in text
    assert "16 connections that are kept | 12\N{THIN SPACE}340 | 3\N{THIN SPACE}526 | 3.50 × |\n" in text
    assert "The image has 414 KB, and serves 16 clients at once in 3.0 MiB.\n" in text
    assert "1.31 times, Linux 104 times.\n" in text
    assert text.endswith(f"{readme.END}\nbetween\n{readme.END}\nafter\n")
    assert "old" not in text


def test_what_was_not_measured_is_not_in_it(page: Path) -> None:
    readme.write([row("boot_ratio", 1.2)], "x86_64")
    assert page.read_text().startswith(f"before\n{readme.BEGIN}\n{readme.NOTHING}{readme.END}\nbetween\n")
