"""Figures of building: cold, after a change of the app, after a change of a driver; and the image's size."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ROUNDS = 9
WHOLE = "import asyncio, hashlib, json, os, re, struct\nprint('whole', len(os.listdir('/')) >= 0)\n"


def _command(*arguments: str, environment: dict[str, str] | None = None) -> Any:
    """Runs the tool; the object on its last line."""
    command = [sys.executable, "-m", "unikernel.cli.main", *arguments, "--json"]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **(environment or {})}
    )
    return json.loads(done.stdout.splitlines()[-1])


def _project(folder: Path, source: str) -> Path:
    subprocess.run([sys.executable, "-m", "unikernel.cli.main", "new", str(folder)], check=True, capture_output=True)
    (folder / "main.py").write_text(source)
    return folder


def image_bytes(scratch: Path) -> int:
    """The console-only image with everything in it, as it ships: stripped."""
    built = _command("build", str(_project(scratch / "whole", WHOLE)))
    size: int = built["bytes"]
    return size


def rebuild_app_s(scratch: Path) -> float:
    """The app changed: the whole command."""
    project = _project(scratch / "app", "print(0)\n")
    _command("build", str(project))
    took = []
    for number in range(ROUNDS):
        (project / "main.py").write_text(f"print({number})\n")
        began = time.monotonic()
        _command("build", str(project))
        took.append(time.monotonic() - began)
    return statistics.median(took)


def relink_s(scratch: Path) -> float:
    """A device added, or removed: the whole command, the drivers compiled once before."""
    project = _project(scratch / "relink", "print(0)\n")
    toml = project / "unikernel.toml"
    without = toml.read_text()
    texts = (without + '\n[devices.data]\nclass = "RamDisk"\n', without)
    took = []
    for number in range(-2, ROUNDS):
        toml.write_text(texts[number % 2])
        began = time.monotonic()
        _command("build", str(project))
        if number >= 0:
            took.append(time.monotonic() - began)
    return statistics.median(took)


def storage_bytes(scratch: Path) -> int:
    """An image with littlefs on a virtio disk, as it ships: stripped."""
    project = _project(scratch / "storage", WHOLE)
    with (project / "unikernel.toml").open("a") as file:
        file.write('\n[devices.data]\nclass = "VirtioBlock"\n\n[devices.files]\nclass = "LittleFs"\n')
    size: int = _command("build", str(project))["bytes"]
    return size


def _copy(scratch: Path) -> dict[str, str]:
    """A copy of the package and its kernel sources, so that changing a driver changes nothing here."""
    tree = scratch / "copy"
    shutil.copytree(ROOT / "unikernel", tree / "unikernel", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "kernel_src", tree / "kernel_src")
    return {"PYTHONPATH": str(tree)}


def rebuild_driver_s(scratch: Path) -> float:
    """One C file changed: the build itself."""
    environment = _copy(scratch)
    project = str(_project(scratch / "driver", "print(0)\n"))
    _command("build", project, environment=environment)
    driver = scratch / "copy/kernel_src/drivers/uart16550.c"
    source = driver.read_text()
    took = []
    for number in range(ROUNDS):
        driver.write_text(f"{source}\nextern const int changed_{number};\nconst int changed_{number} = {number};\n")
        took.append(_command("build", project, environment=environment)["seconds"])
    return statistics.median(took)


def cold_build_s(scratch: Path) -> float:
    """The first build: sources are fetched, nothing is compiled."""
    sources = scratch / "sources"
    subprocess.run([sys.executable, "-m", "unikernel.cli.main", "fetch", str(sources)], check=True, capture_output=True)
    project = str(_project(scratch / "cold", "print(0)\n"))
    environment = {"XDG_CACHE_HOME": str(scratch / "cache"), "UNIKERNEL_SOURCES": str(sources)}
    seconds: float = _command("build", project, environment=environment)["seconds"]
    return seconds
