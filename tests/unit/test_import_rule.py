"""Imports point down the house, and the light ways stay light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unikernel.cli.main import VERBS

ROOT = Path(__file__).parents[2]
HEAVY = ("pydantic", "asyncio", "qemu.qmp", "matplotlib", "IPython", "anywidget")
FOR_EYES = ("matplotlib", "IPython", "anywidget", "ipywidgets", "pydantic")
_SAY = "import sys; print(*sys.modules, sep='\\n', file=sys.__stderr__)"


def loaded(code: str, folder: Path) -> set[str]:
    """The modules that a fresh interpreter has loaded after `code`."""
    command = [sys.executable, "-c", f"{code}\n{_SAY}"]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}  # the machines of whoever tests are no business here
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(result.stderr.split())


def test_the_import_rule_holds() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("room", ["include", "core", "drivers", "micropython", "crypto"])
def test_no_portable_c_includes_an_architectures_own(room: str) -> None:
    files = sorted((ROOT / "kernel_src" / room).rglob("*.[ch]"))
    assert files
    assert not [file.name for file in files if '#include "arch/' in file.read_text()]


def test_the_package_alone_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not loaded("import unikernel", tmp_path).intersection(HEAVY)


USES = {
    "new": "['new', 'made']",
    "build": "['build', 'app']",
    "boot": "['boot', 'app']",
    "describe": "['describe', 'app']",
    "devices": "['devices']",
    "check": "['check', 'app']",
    "footprint": "['footprint', 'app']",
    "plot": "['plot', 'heat', 'app']",
    "console": "['console', 'nobody']",
    "capture": "['capture', 'nobody']",
    "ps": "['ps', '--json']",
    "stop": "['stop']",
    "doctor": "['doctor']",
    "fetch": "['fetch', 'app/main.py']",
    "clean": "['clean', '--dry-run']",
}
"""A use of each verb; plot's is refused, as the picture itself is what loads matplotlib."""


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_loads_no_eyes(verb: str, tmp_path: Path) -> None:
    code = f"from unikernel.cli.main import main; main(['new', 'app']); main({USES[verb]})"
    assert not loaded(code, tmp_path).intersection(FOR_EYES)


@pytest.mark.parametrize("verb", ["new", "build", "describe", "devices", "clean"])
def test_a_verb_without_a_machine_loads_no_loop(verb: str, tmp_path: Path) -> None:
    code = f"from unikernel.cli.main import main; main(['new', 'app']); main({USES[verb]})"
    assert not loaded(code, tmp_path).intersection({"asyncio", "qemu.qmp"})
