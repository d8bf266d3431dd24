"""The tree of a git reference, read by git itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unikernel.app import MOST_BYTES
from unikernel.devices import GitFiles
from unikernel.errors import Refusal
from unikernel.units import file_size

_FILES = ("100644", "100755")
"""The modes of what is a file, and neither a link nor another repository."""


@dataclass(frozen=True)
class Tree:
    """A commit's id, and its files by path."""

    commit: str
    files: Mapping[str, bytes]


def tree(device: GitFiles, project: Path) -> Tree:
    """What `device` names, its repository relative to `project`.

    Raises `Refusal` where git, the repository or the reference is missing, and for what no image can hold.
    """
    place = f"{device.name} (GitFiles)"
    folder = project / device.repository
    if not folder.is_dir():
        raise Refusal(f"{place}: there is no folder {folder}; name the repository's, from the project.")
    if _git(place, folder, "rev-parse", "--git-dir") is None:
        raise Refusal(f"{place}: {folder} is no git repository; make it one with git init, or name another.")
    found = _git(
        place, folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{device.reference}^{{commit}}"
    )
    if found is None:
        raise Refusal(f'{place}: {folder} has no commit "{device.reference}"; name a branch, a tag or a commit.')
    commit = found.decode().strip()
    listed = _git(place, folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit) or b""
    blobs: dict[str, str] = {}
    left = MOST_BYTES
    for line in listed.decode(errors="surrogateescape").split("\0")[:-1]:
        head, _, path = line.partition("\t")
        mode, _, blob, size = head.split()
        if mode not in _FILES:
            kind = "a link" if mode == "120000" else "another repository"
            raise Refusal(f"{place}: {path} is {kind}, which no image can hold; remove it from the branch.")
        if not (path.isascii() and path.isprintable()):
            raise Refusal(f"{place}: the name {path!r} is not plain ASCII, as a file in the image must be; rename it.")
        left -= int(size)
        blobs[path] = blob
    if left < 0:
        raise Refusal(f"{place}: the files are more than {file_size(MOST_BYTES)}; name a smaller tree.")
    return Tree(commit, _contents(place, folder, blobs))


def _contents(place: str, folder: Path, blobs: Mapping[str, str]) -> dict[str, bytes]:
    """The files of those ids. git answers in order: a line with id, kind and size, then the content and a newline."""
    said = _git(place, folder, "cat-file", "--batch", said="".join(f"{blob}\n" for blob in blobs.values())) or b""
    files: dict[str, bytes] = {}
    at = 0
    for path in blobs:
        end = said.index(b"\n", at)
        size = int(said[at:end].split()[2])
        files[path] = said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return files


def _git(place: str, folder: Path, *words: str, said: str = "") -> bytes | None:
    """Standard output; None where git says no. It looks for the repository in `folder` and not above it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = {**kept, "LC_ALL": "C", "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], env=environment, input=said.encode(), capture_output=True, check=False
        )
    except OSError as error:
        raise Refusal(f"{place}: git does not start ({(error.strerror or '').lower()}); install it.") from error
    if b"dubious ownership" in done.stderr:
        raise Refusal(f"{place}: git does not trust {folder}, which belongs to another user; make it yours.")
    return None if done.returncode else done.stdout
