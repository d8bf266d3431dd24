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


def site_of(source: Path, folder: Path) -> Path:
    """The folder into which the wheel of `source` was installed, alone."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    common = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", *common, "-w", str(folder), str(source)], check=True, timeout=PATIENCE_S)
    [wheel] = folder.glob("*.whl")
    site = folder / "site"
    subprocess.run([*pip, "install", *common, "--target", str(site), str(wheel)], check=True, timeout=PATIENCE_S)
    return site


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


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything is fetched and compiled once, so that no test hears of it."""
    folder = tmp_path_factory.mktemp("warm") / "app"
    for words in (("new", folder), ("build", folder)):
        subprocess.run([*COMMAND, *map(str, words)], check=True, capture_output=True, timeout=PATIENCE_S)


@pytest.fixture
def project(tmp_path: Path, unikernel: Command, warm: None) -> Maker:
    """Makes a project of that app, and returns its folder."""

    def make(source: str, name: str = "app") -> Path:
        folder = tmp_path / name
        assert unikernel("new", folder).returncode == 0
        (folder / "main.py").write_text(source)
        return folder

    return make
