"""Each test has a runtime folder of its own, and leaves neither a file there nor a process behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest


def children() -> set[int]:
    """Processes that this one started and has not reaped."""
    return {int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder in which machines are listed."""
    before = children()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "unikernel"
    yield folder
    assert not folder.exists() or not list(folder.iterdir())
    assert children() <= before
