"""The wheel alone, away from this checkout: it carries its C, its templates and the front end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import site_of

ROOT = Path(__file__).parents[2]
PATIENCE_S = 180


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_of(ROOT, tmp_path_factory.mktemp("wheel"))


def python(site: Path, folder: Path, code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


COMMAND = "import sys; from unikernel.cli.main import main; sys.exit(main(sys.argv[1:]))"


def test_it_is_not_the_checkout_that_is_tried(site: Path, tmp_path: Path) -> None:
    found = python(site, tmp_path, "import unikernel; print(unikernel.__file__)")
    assert found.strip().startswith(str(site))


def test_an_image_is_built_and_booted_in_an_empty_folder(site: Path, tmp_path: Path) -> None:
    python(site, tmp_path, COMMAND, "new", "hello")
    assert "Hello from a unikernel." in python(site, tmp_path, COMMAND, "boot", "hello")


def test_the_front_end_is_there(site: Path, tmp_path: Path) -> None:
    code = "from importlib.resources import files; print(*(f.name for f in files('unikernel.notebook').joinpath('static').iterdir()))"
    there = python(site, tmp_path, code).split()
    assert {"console.js", "loader.js", "switch.js"} <= set(there)
