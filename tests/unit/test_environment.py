"""environment.yml offers what pyproject.toml asks for, with the same bounds; the lock pins all of it, and names no
index.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OWN = "--editable ."


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked(requirements: list[str]) -> dict[str, str]:
    """Bound by name."""
    parts = (re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", each) for each in requirements)
    return {key(part[1]): part[2] for part in parts if part}


def environment() -> list[str]:
    lines = (ROOT / "environment.yml").read_text().partition("dependencies:")[2].splitlines()
    return [line.strip().removeprefix("- ") for line in lines if line.strip() and line.strip() != "- pip:"]


def test_the_environment_is_the_projects() -> None:
    found = environment()
    assert OWN in found
    assert f"python{PROJECT['requires-python']}" in found
    tools = ("pip", "nodejs", "python")
    offered = {name: bound for name, bound in asked([e for e in found if e != OWN]).items() if name not in tools}
    assert offered == asked([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]])


def test_the_lock_pins_everything_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {key(name) for name in re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)}
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    extras = [each for extra in PROJECT["optional-dependencies"].values() for each in extra]
    assert pinned >= set(asked([*PROJECT["dependencies"], *extras, *backend]))
    entries = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock


def test_the_front_ends_lock_names_no_index() -> None:
    assert '"resolved"' not in (ROOT / "extension" / "package-lock.json").read_text()
