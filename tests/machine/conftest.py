"""Each test has a runtime folder of its own, and leaves no process behind, and no file but word of how kept machines
ended.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unikernel.machine import ending

WAIT_S = 60
"""For what follows of itself."""


def eventually(what: Callable[[], bool]) -> bool:
    """Whether it came to that."""
    until = time.monotonic() + WAIT_S
    while not what() and time.monotonic() < until:
        time.sleep(0.02)
    return what()


def children() -> set[int]:
    """Processes that this one started and has not reaped."""
    return {int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}


def left(folder: Path) -> list[Path]:
    """All in a runtime folder that should not be there when nothing runs."""
    return [path for path in folder.glob("*") if path.suffix != ending.SUFFIX]


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder in which machines are listed."""
    before = children()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "unikernel"
    yield folder
    assert eventually(lambda: not left(folder))  # a keeper tidies up behind the end of its machine
    assert children() <= before
