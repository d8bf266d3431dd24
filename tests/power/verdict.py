"""Whether a disk that lost its power holds what was promised."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import littlefs

from tests.power import disks
from tests.power.recording import Cut
from tests.power.workload import FOLDER, GONE, Life, Step, Tree, applied

IDLE = Step("", {})
ALIAS = re.compile(r"[^/]*~\d[^/]*")
"""The short name of a file that has a long one."""


def _moment(life: Life, acknowledged: int) -> tuple[Tree, Step]:
    """What is certainly there, and the step that was under way."""
    done = max(acknowledged, 0)
    step = life.steps[done] if done < len(life.steps) else IDLE
    return list(life.trees())[done], step


def little_fault(life: Life, cut: Cut) -> str | None:
    """What is wrong with a littlefs, by littlefs-python; None where nothing is."""
    if cut.acknowledged < 0 and not any(cut.disk):
        return None
    try:
        tree = disks.little_tree(cut.disk)
    except littlefs.LittleFSError as error:
        return f"{cut}: {error}"
    return little_tree_fault(life, tree, cut.acknowledged)


def little_tree_fault(life: Life, tree: Tree, acknowledged: int) -> str | None:
    """The same, of a tree that was read."""
    before, step = _moment(life, acknowledged)
    if tree in [applied(before, change) for change in ({}, *step.between, step.effect)]:
        return None
    return f"step {acknowledged} acknowledged, then cut: {step.code!r} left {_differences(tree, before)}"


def fat_fault(life: Life, cut: Cut) -> str | None:
    """What is wrong with a FAT, by mtools and fsck.fat; None where nothing is."""
    with tempfile.TemporaryDirectory() as name:
        disk = Path(name) / "disk.img"
        disk.write_bytes(cut.disk)
        return fat_disk_fault(life, disk, cut.acknowledged)


def fat_disk_fault(life: Life, disk: Path, acknowledged: int) -> str | None:
    """The same, of a disk in a file."""
    if acknowledged < 0:
        return None  # It is being formatted: only a machine can judge.
    complaints = disks.fat_complaints(disk)
    if complaints:
        return f"step {acknowledged} acknowledged, then cut: fsck.fat says {complaints}"
    with tempfile.TemporaryDirectory() as folder:
        return fat_tree_fault(life, disks.fat_tree(disk, Path(folder) / "out"), acknowledged)


def fat_tree_fault(life: Life, tree: Tree, acknowledged: int) -> str | None:
    """What is wrong with what a FAT holds: only what the step under way touches may be in any state."""
    certain, step = _moment(life, acknowledged)
    there = {path.lower(): value for path, value in tree.items()}
    before = {path.lower(): value for path, value in certain.items()}
    touched = {path.lower() for path in step.touched()}
    folders = {path.rpartition("/")[0] for path in touched}
    extra = {path for path in there.keys() - before.keys() if _alias_in(path, folders)}
    wrong = _differences(
        {path: value for path, value in there.items() if path not in touched | extra},
        {path: value for path, value in before.items() if path not in touched},
    )
    for path, start in step.kept.items():
        if not (there.get(path.lower()) or b"").startswith(start):
            wrong.append(f"{path} does not begin as it did")
    if step.moved and before[step.moved[0].lower()] not in [there.get(name.lower()) for name in step.moved]:
        wrong.append(f"{step.moved[0]} has no name any more")
    return f"step {acknowledged} acknowledged, then cut: {step.code!r} left {wrong}" if wrong else None


def _alias_in(path: str, folders: set[str]) -> bool:
    folder, _, name = path.rpartition("/")
    return folder in folders and ALIAS.fullmatch(name) is not None


def _differences(tree: Tree, before: Tree) -> list[str]:
    return [
        f"{path}: {_said(before, path)} became {_said(tree, path)}"
        for path in sorted(tree.keys() | before.keys())
        if tree.get(path, GONE) != before.get(path, GONE)
    ]


def _said(tree: Tree, path: str) -> str:
    value = tree.get(path, GONE)
    return "a folder" if value is FOLDER else value if isinstance(value, str) else f"{len(value)} bytes"
