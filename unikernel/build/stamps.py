"""Stamps: notes that an output is up to date, checked by a look at its inputs' inodes and never by reading them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable

from unikernel.build import cache

CLOCK_GRAIN_NS = 10_000_000
"""File times lag behind the clock by up to a tick of the system."""

Signature = tuple[int, int, int]
"""Modification time in nanoseconds, size, inode: changes whenever a file is written or replaced."""


def signature(path: str) -> Signature | None:
    """What `path` looks like now; None when it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a thousand of them a build, and Path costs as much as the call
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def key(*parts: object) -> str:
    """One name for all that decides an output, in hexadecimal."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def read(name: str) -> str | None:
    """The output noted under `name`, if every input still looks as it did."""
    try:
        note = json.loads((cache.root() / "stamps" / f"{name}.json").read_bytes())
        inputs, output = note["inputs"], note["output"]
        same = all(signature(path) == tuple(seen) for path, seen in inputs.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return output if same and isinstance(output, str) else None


def write(name: str, inputs: Iterable[str], output: str, started_ns: int | None = None) -> None:
    """Notes `output`, made from `inputs` by work that began at `started_ns`.

    Not when one of them may have changed since.
    """
    seen = {path: signature(path) for path in inputs}
    if any(each is None for each in seen.values()) or (started_ns is not None and changed_since(seen, started_ns)):
        return
    content = json.dumps({"inputs": seen, "output": output}, separators=(",", ":")).encode()
    cache.write(cache.folder("stamps") / f"{name}.json", content)


def changed_since(seen: dict[str, Signature | None], started_ns: int) -> bool:
    """Whether an input may have been written since; what lies in the cache never is, its name being its content."""
    kept = f"{cache.root()}/"
    newest = started_ns - CLOCK_GRAIN_NS
    return any(each is not None and each[0] > newest and not path.startswith(kept) for path, each in seen.items())


def forget(name: str) -> None:
    """Removes a note."""
    with contextlib.suppress(FileNotFoundError):
        (cache.root() / "stamps" / f"{name}.json").unlink()
