"""Other hands on a machine's disk: littlefs-python, mtools, fsck.fat."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import littlefs

from tests.power.workload import FOLDER, Tree

LITTLE_BLOCK_BYTES = 4096
PROGRAM_BYTES = 512
_PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


def tool(name: str, *arguments: str | Path, codes: tuple[int, ...] = (0,)) -> str:
    """What a program says."""
    program = shutil.which(name, path=_PATH)
    assert program, f"{name} is missing: tools/system-packages tests installs it"
    done = subprocess.run(
        [program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode in codes, f"{name}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def little_fs(disk: bytes | bytearray, *, mount: bool = True) -> littlefs.LittleFS:
    """The littlefs on a disk, by littlefs-python."""
    made = littlefs.LittleFS(
        block_size=LITTLE_BLOCK_BYTES,
        block_count=len(disk) // LITTLE_BLOCK_BYTES,
        read_size=PROGRAM_BYTES,
        prog_size=PROGRAM_BYTES,
        cache_size=4 * PROGRAM_BYTES,
        mount=False,
    )
    made.context.buffer = bytearray(disk)
    if mount:
        made.mount()
    return made


def little_tree(disk: bytes) -> Tree:
    """All that it holds. A rename from one directory to another that was cut is finished first, as whoever writes does:
    until then littlefs 2.11 does not list the file behind the one that left.
    """
    filesystem = little_fs(disk)
    filesystem.fs_mkconsistent()
    tree: Tree = {}
    for folder, folders, files in filesystem.walk("/"):
        base = folder.strip("/")
        tree |= {f"{base}/{name}".lstrip("/"): FOLDER for name in folders}
        for name in files:
            path = f"{base}/{name}".lstrip("/")
            with filesystem.open(path, "rb") as file:
                tree[path] = file.read()
    return tree


def fat_tree(disk: Path, folder: Path) -> Tree:
    """All that a FAT holds, by mtools; it is copied below `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if tool("mdir", "-b", "-i", disk, "::", codes=(0, 1)).strip():
        tool("mcopy", "-s", "-n", "-m", "-i", disk, "::*", folder)
    found = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else FOLDER for path in found}


EXPECTED = re.compile(
    r"""fsck\.fat\ .*|.*:\ \d+\ files?,\ \d+/\d+\ clusters?|Leaving\ filesystem\ unchanged\.|\s*
    |Reclaimed\ \d+\ unused\ clusters?\ \(\d+\ bytes\)\.|\ \ Reclaiming.*
    |Free\ cluster\ summary\ (wrong|uninitialized).*|\ \ Auto-correct.*
    |Orphaned\ long\ file\ name\ part\ ".*"|\ \ Auto-deleting\.|Wrong\ checksum\ for\ long\ file\ name.*
    |Long\ filename\ fragment\ ".*"\ found\ outside\ a\ LFN\ sequence\.|\ \ \(Maybe\ the\ start\ bit\ is\ missing.*
    |\ \ Not\ auto-correcting\ this\.
    |FATs\ differ\ but\ appear\ to\ be\ intact\.|\ \ Using\ first\ FAT\.""",
    re.VERBOSE,
)
"""Clusters that belong to nobody, half of a long name, and two tables (ours has one) that differ; with what fsck.fat says
in any case.
"""
BEHIND = re.compile(r"  File size is \d+ bytes, cluster chain length is > \d+ bytes\.")
"""Clusters that follow a file's end; the line before names the file, the one after says that it is cut there."""


def fat_complaints(disk: Path) -> list[str]:
    """What fsck.fat has to say beyond clusters that are too many, and half a long name."""
    said = tool("fsck.fat", "-n", disk, codes=(0, 1)).splitlines()
    assert said, "fsck.fat said nothing: this is no FAT"
    for at in reversed([at for at, line in enumerate(said) if BEHIND.fullmatch(line)]):
        del said[at - 1 : at + 2]
    return [line for line in said if not EXPECTED.fullmatch(line)]
