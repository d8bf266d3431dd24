"""Pages: their links lead somewhere, each promise has its test, the glossary says each word once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "PROMISES.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
PROMISES = re.findall(r"^\| [^|`]+ \| `([^`]+)` \|$", (ROOT / "PROMISES.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    gone = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert gone == []


def test_there_are_promises() -> None:
    assert len(PROMISES) >= 10


@pytest.mark.parametrize("place", PROMISES)
def test_each_promise_has_its_test(place: str) -> None:
    path, _, name = place.partition("::")
    assert (ROOT / path).exists()
    if name:
        assert re.search(rf"def {name}\(", (ROOT / path).read_text())
    else:
        assert (ROOT / path / "expected.json").is_file()


def test_each_promise_image_is_a_promise() -> None:
    listed = {Path(place).name for place in PROMISES}
    made = {path.parent.name for path in (ROOT / "tests/promises").glob("*/expected.json")}
    helpers = {"hello", "assertion", "invalid_opcode", "unknown_interrupt", "timer_wakes", "clock_steady"}
    assert {name for name in made if name not in listed} <= helpers


def test_the_glossary_says_each_word_once() -> None:
    words = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    assert len(words) == len(set(words))


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
