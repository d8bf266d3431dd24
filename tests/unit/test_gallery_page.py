"""The gallery's page: its table has every template, in its own words, with its figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bench import gallery
from unikernel.template import templates

ROW = re.compile(r"\| `(\S+)` \| (.+?) \| (\d+) \| (\d+) \| (\d+\.\d) \|")


def test_the_table_has_every_template_and_no_other() -> None:
    rows = ROW.findall(gallery.PAGE.read_text())
    assert [(name, summary) for name, summary, *_ in rows] == [(each.name, each.summary) for each in templates()]


def test_the_figures_can_be_true() -> None:
    for name, _, image_kb, memory_kib, start_ms in ROW.findall(gallery.PAGE.read_text()):
        assert 250 < int(image_kb) < 1000, name
        assert 1000 < int(memory_kib) <= 8192, name
        assert 0 < float(start_ms) < 1000, name


def test_the_text_names_every_template() -> None:
    text = gallery.PAGE.read_text().partition(gallery.BEGIN)[0]
    assert {each.name for each in templates()} <= set(re.findall(r"`([a-z0-9-]+)`", text))


def test_the_table_is_written_between_its_marks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "gallery.md"
    page.write_text(f"before\n{gallery.BEGIN}\nold\n{gallery.END}\nafter\n")
    costs = [gallery.Cost(templates()[0], 312_000, 1_703_936, 3.14)]
    monkeypatch.setattr(gallery, "PAGE", page)
    gallery.write(costs)
    text = page.read_text()
    assert text.startswith(f"before\n{gallery.BEGIN}\n{gallery.HEAD}| `{templates()[0].name}` | ")
    assert " | 312 | 1664 | 3.1 |\n" in text
    assert text.endswith(f"{gallery.END}\nafter\n")
    assert "old" not in text
