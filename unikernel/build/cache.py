"""The cache: one folder per user, shared between projects; everything in it can be made again.

A file appears in it whole or not at all: it is written beside its place and renamed. Two builds at once wait for each
other only where both would do the same work.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unikernel.errors import Refusal

PARTS = {
    "sources": "source archives, as fetched",
    "packages": "packages of stacks, as fetched",
    "trees": "source archives, unpacked",
    "generated": "generated headers",
    "stubs": "the types of the runtime's modules, for unikernel check",
    "objects": "compiled files",
    "archives": "compiled components",
    "images": "images built without a folder of their own",
    "floor": "the guest that does nothing, which boots are compared with",
    "linux": "the Linux guest that make bench compares with",
    "stamps": "notes of what is up to date",
    "zig": "the toolchain's own cache",
    "work": "builds that are running, or died",
}
"""The folders of the cache and what they hold."""


@dataclass(frozen=True)
class Part:
    """One folder of the cache: how many files, and their sizes' sum in bytes."""

    name: str
    text: str
    files: int
    bytes: int


def root() -> Path:
    """``$XDG_CACHE_HOME/unikernel``, or ``~/.cache/unikernel``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "unikernel"


def folder(part: str) -> Path:
    """A folder of the cache, made if need be; raises `Refusal` when it cannot be."""
    path = root() / part
    if not path.is_dir():
        with refusing(path):
            path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turns the system's error about writing under `path` into a `Refusal` that says what to do."""
    try:
        yield
    except OSError as error:
        raise Refusal(cannot_write(path, error)) from error


def cannot_write(path: Path, error: OSError) -> str:
    """The sentence for a file or folder that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path}: the disk is full; free some space (unikernel clean frees the cache) and try again."
    reason = (error.strerror or str(error)).lower()
    return f"{path}: it cannot be written ({reason}); name a folder that you may write, or set XDG_CACHE_HOME."


def check_space(said: str) -> None:
    """Raises `Refusal` when a program that failed said that the disk is full."""
    full = os.strerror(errno.ENOSPC)
    if full in said:
        raise Refusal(cannot_write(root(), OSError(errno.ENOSPC, full)))


def write(path: Path, content: bytes) -> None:
    """Writes a whole file, atomically; the folder is made if need be."""
    with refusing(path):
        write_whole(path, content)


def write_whole(path: Path, content: bytes) -> None:
    """As `write`, with the system's own error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the time of the block, on the cache's file system."""
    base = folder("work")
    with refusing(base):
        path = Path(tempfile.mkdtemp(dir=base))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Holds the lock of that name against every other build of this user; it falls with the process that held it."""
    path = folder("stamps") / f"{name}.lock"
    with refusing(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def index() -> tuple[Part, ...]:
    """What the cache holds, part by part; those that are not there count 0."""
    return tuple(_measured(name, text) for name, text in PARTS.items())


def _measured(name: str, text: str) -> Part:
    files = total = 0
    for where, _, names in os.walk(root() / name):
        for each in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{where}/{each}").st_size
                files += 1
    return Part(name, text, files, total)


def free(names: tuple[str, ...] = tuple(PARTS)) -> int:
    """Removes those parts of the cache; returns the bytes freed. Raises `Refusal` when one cannot be removed."""
    total = 0
    for name in names:
        path = root() / name
        total += _measured(name, "").bytes
        if path.exists():
            with refusing(path):
                shutil.rmtree(path)
    return total
