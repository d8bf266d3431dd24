"""Each test has a runtime folder of its own, and leaves no process behind, and no file but word of how kept machines
ended.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from unikernel.machine import ending


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
    assert not left(folder)
    assert children() <= before
