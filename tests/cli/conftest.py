"""The command as a person has it: its own process, on pipes or on a terminal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = (str(Path(sys.executable).with_name("unikernel")),)
PATIENCE_S = 120
"""For one command; the first builds everything."""

Command = Callable[..., subprocess.CompletedProcess[str]]
Maker = Callable[..., Path]


@pytest.fixture
def unikernel() -> Command:
    """Runs the command to its end: ``unikernel("boot", folder, input="…")``."""

    def run(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            [*COMMAND, *map(str, words)], capture_output=True, text=True, timeout=PATIENCE_S, check=False, **options
        )

    return run


@pytest.fixture
def project(tmp_path: Path, unikernel: Command) -> Maker:
    """Makes a project of that app, and returns its folder."""

    def make(source: str, name: str = "app") -> Path:
        folder = tmp_path / name
        assert unikernel("new", folder).returncode == 0
        (folder / "main.py").write_text(source)
        return folder

    return make
