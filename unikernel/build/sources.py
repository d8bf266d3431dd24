"""Source archives: had from the first origin that gives the right bytes, and kept.

Origins in order: the folder named by ``UNIKERNEL_SOURCES``, the cache, the distribution's archive through its own
client, the upstream release. Every byte is held to the hash in the table before it is used, so the cache cannot be
poisoned.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from unikernel.build import cache
from unikernel.build.archives import Archive, accepted, names
from unikernel.build.step import Progress, Step, silent
from unikernel.build.unpack import unpack
from unikernel.errors import Refusal, SourceError

FOLDER_VARIABLE = "UNIKERNEL_SOURCES"
UPSTREAM_TIMEOUT_S = 30
_CHUNK = 1 << 20
_Get = Callable[[Archive, Path], None]


@dataclass(frozen=True)
class Tree:
    """An unpacked archive; `path` is the folder that holds its files."""

    archive: Archive
    path: Path


def tree(name: str, progress: Progress = silent) -> Tree:
    """The unpacked source of that name, fetched if need be; raises `SourceError`, naming what every origin said."""
    for archive in accepted(name):
        path = _tree_path(archive)
        if path.is_dir():
            return Tree(archive, path)
    with cache.locked(f"source-{name}"):
        archive, file = _have(name, progress)
        path = _tree_path(archive)
        if not path.is_dir():
            started = time.monotonic()
            _unpack(archive, file, path)
            progress(Step("unpack", archive.file, seconds=time.monotonic() - started))
        return Tree(archive, path)


def fetch(folder: Path | str, progress: Progress = silent) -> tuple[Path, ...]:
    """Fills `folder` with every archive a build needs, for a machine without network; returns their paths."""
    folder = Path(folder)
    with cache.refusing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name in names():
        with cache.locked(f"source-{name}"):
            archive, file = _have(name, progress)
        to = folder / archive.file
        if not (to.exists() and _sha256(to) == archive.sha256):
            with cache.refusing(folder), _beside(to) as part:
                shutil.copyfile(file, part)
                part.replace(to)
        found.append(to)
    return tuple(found)


def at_hand(name: str) -> Path | None:
    """The unpacked source or the archive of that name, where no network is needed to build from it; None else.

    Raises `SourceError` when the user's folder holds a wrong one.
    """
    for archive in accepted(name):
        path = _tree_path(archive)
        if path.is_dir():
            return path
        if file := _local(archive):
            return file
    return None


def _tree_path(archive: Archive) -> Path:
    return cache.root() / "trees" / f"{archive.folder}-{archive.sha256[:12]}"


def _unpack(archive: Archive, file: Path, path: Path) -> None:
    with cache.scratch() as scratch, _saying(path):
        unpack(file, scratch)
        if not (scratch / archive.folder).is_dir():
            raise SourceError(f"{file}: it holds no folder {archive.folder}; fetch it again.")
        path.parent.mkdir(parents=True, exist_ok=True)
        (scratch / archive.folder).replace(path)


def _have(name: str, progress: Progress) -> tuple[Archive, Path]:
    """An accepted version of `name` and its file, right to the byte."""
    for archive in accepted(name):
        if file := _local(archive):
            return archive, file
    faults: list[str] = []
    for archive in accepted(name):
        origins = (
            ("the distribution", _from_distribution, archive.package),
            ("upstream", _from_upstream, archive.upstream),
        )
        for origin, get, known in origins:
            if not known:
                continue
            started = time.monotonic()
            try:
                file = _into_cache(archive, get)
            except SourceError as error:
                faults.append(f"{origin}: {str(error).rstrip('.')}")
                continue
            progress(Step("fetch", archive.file, seconds=time.monotonic() - started))
            return archive, file
    wanted = " or ".join(archive.file for archive in accepted(name))
    raise SourceError(
        f"{wanted}: it cannot be had ({'; '.join(dict.fromkeys(faults))}); run unikernel fetch DIR on a machine with "
        f"network, bring the folder here and set {FOLDER_VARIABLE} to it."
    )


def _local(archive: Archive) -> Path | None:
    """The archive in the user's folder or the cache. A wrong one there is refused; a wrong one here is removed."""
    given = os.environ.get(FOLDER_VARIABLE, "")
    if given:
        if not Path(given).is_dir():
            raise SourceError(f"{FOLDER_VARIABLE}: there is no folder {given}; name one made by unikernel fetch DIR.")
        file = Path(given) / archive.file
        if file.exists():
            _check(archive, file)
            return file
    file = cache.root() / "sources" / archive.file
    if file.exists():
        if _sha256(file) == archive.sha256:
            return file
        file.unlink(missing_ok=True)
    return None


def _into_cache(archive: Archive, get: _Get) -> Path:
    """Fetches beside its place in the cache, checks, and renames."""
    to = cache.folder("sources") / archive.file
    with _saying(to), _beside(to) as part:
        get(archive, part)
        _check(archive, part, archive.file)
        part.replace(to)
    return to


def _from_distribution(archive: Archive, to: Path) -> None:
    from unikernel.build import apt  # noqa: PLC0415 - only a first build needs it

    apt.fetch(archive, to)


def _from_upstream(archive: Archive, to: Path) -> None:
    """Downloads the release from its project."""
    import http.client  # noqa: PLC0415 - half a hundred modules that only a first build needs
    import ssl  # noqa: PLC0415
    import urllib.error  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    faults = []
    for address in archive.upstream:
        try:
            with urllib.request.urlopen(address, timeout=UPSTREAM_TIMEOUT_S) as answer, to.open("wb") as file:  # noqa: S310
                shutil.copyfileobj(answer, file, _CHUNK)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            reason = getattr(error, "reason", None) or error
            faults.append(f"{address} cannot be read ({reason})")
            continue
        return
    raise SourceError("; ".join(faults))


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """A name for a partial file in the folder of `to`, gone afterwards unless renamed."""
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as folder:
        yield Path(folder) / "part"


@contextmanager
def _saying(path: Path) -> Iterator[None]:
    """An error of the disk as a `SourceError`."""
    try:
        yield
    except OSError as error:
        raise SourceError(cache.cannot_write(path, error)) from error
    except SourceError:
        raise
    except Refusal as error:
        raise SourceError(str(error)) from error


def _check(archive: Archive, file: Path, name: str = "") -> None:
    found = _sha256(file)
    if found != archive.sha256:
        raise SourceError(
            f"{name or file}: its SHA-256 is {found[:12]}…, not {archive.sha256[:12]}…; the file was cut or changed, "
            "fetch it again."
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
