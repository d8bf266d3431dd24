"""From pinned packages to their files: resolved once, with what they require, and fetched again by hash."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from unikernel.build import cache, distribution, pip
from unikernel.build.distribution import WHEEL, Distribution
from unikernel.build.lock import FILE, Locked
from unikernel.errors import Refusal
from unikernel.packages import Pin, normalized

_PURE = ("--only-binary", ":all:", "--platform", "any", "--implementation", "py", "--abi", "none")


def resolve(pins: tuple[Pin, ...]) -> tuple[Locked, ...]:
    """Asks pip for `pins` and all that they require; the files are then in the cache."""
    asked = ", ".join(map(str, pins))
    with cache.scratch() as scratch:
        into, stubs, kept = (scratch / name for name in ("into", "stubs", "kept"))
        for folder in (into, stubs, kept):
            folder.mkdir()
        bare: dict[str, Path] = {}
        while True:
            options = ("--dest", str(into), "--find-links", str(stubs))
            ended = pip.run(scratch, kept, "download", *options, *map(str, pins))
            if ended.status == 0:
                break
            archive = _newest(kept) if ended.not_built else None
            if archive is None or archive in bare.values():
                raise ended.refusal(asked)
            bare[_stub(distribution.read(archive), stubs)] = archive
        files = [bare.get(file.name) or _pure(file, scratch, kept) for file in sorted(into.iterdir())]
        return tuple(_into_cache(file) for file in files)


def fetch(locked: Locked) -> Path:
    """The file of a lock's entry: from the cache, or by pip, whose copy is held to the hash."""
    path = _place(locked.sha256, locked.file)
    if path.is_file() and _sha256(path) == locked.sha256:
        return path
    with cache.scratch() as scratch:
        into, kept = scratch / "into", scratch / "kept"
        into.mkdir()
        kept.mkdir()
        wanted = scratch / "requirements.txt"
        wanted.write_text(f"{locked} --hash=sha256:{locked.sha256}\n")
        options = ("--dest", str(into), "--no-deps", "--require-hashes", "--requirement", str(wanted))
        ended = pip.run(scratch, kept, "download", *options)
        for file in (*into.iterdir(), *kept.iterdir()):
            if _sha256(file) == locked.sha256:
                cache.write(path, file.read_bytes())
                return path
        if ended.another_hash or ended.status == 0:
            raise Refusal(
                f"{locked}: the package index has another file than {FILE} holds by hash; "
                f"choose another version, or remove {FILE} if you trust the new one."
            )
        raise ended.refusal(str(locked))


def built(path: Path) -> Path:
    """The wheel of an archive of sources that says how it is built; the archive itself where that fails."""
    wheels = path.parent / "wheel"
    if not wheels.is_dir():
        with cache.scratch() as scratch:
            into = scratch / "wheel"
            into.mkdir()
            pip.run(scratch, scratch, "wheel", "--no-deps", "--wheel-dir", str(into), str(path))
            with cache.refusing(wheels):
                shutil.copytree(into, wheels, dirs_exist_ok=True)
    return next(iter(sorted(wheels.glob(f"*{WHEEL}"))), path)


def _newest(kept: Path) -> Path | None:
    """The archive that pip opened last, which is the one it failed with."""
    return max(kept.iterdir(), key=lambda file: file.stat().st_mtime_ns, default=None)


def _stub(found: Distribution, folder: Path) -> str:
    """A wheel with nothing but the metadata that `found` has, so that pip can go on; the name of its file."""
    stem = f"{normalized(found.name).replace('-', '_')}-{found.version}"
    head = [f"Metadata-Version: 2.1\nName: {found.name}\nVersion: {found.version}"]
    head += [f"Requires-Dist: {each}" for each in found.requires]
    name = f"{stem}-py3-none-any{WHEEL}"
    with zipfile.ZipFile(folder / name, "w") as wheel:
        wheel.writestr(f"{stem}.dist-info/METADATA", "\n".join([*head, ""]))
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return name


def _pure(file: Path, scratch: Path, kept: Path) -> Path:
    """The same package for every processor, where the index has it so."""
    if not file.name.endswith(WHEEL) or file.name.endswith(f"-none-any{WHEEL}"):
        return file
    found = distribution.read(file)
    into = scratch / "pure"
    pip.run(scratch, kept, "download", "--dest", str(into), "--no-deps", *_PURE, f"{found.name}=={found.version}")
    return next(iter(_wheels_of(found, into)), file)


def _wheels_of(found: Distribution, folder: Path) -> Iterable[Path]:
    key = normalized(found.name)
    return (path for path in sorted(folder.glob(f"*{WHEEL}")) if normalized(path.name.split("-")[0]) == key)


def _into_cache(file: Path) -> Locked:
    found = distribution.read(file)
    sha256 = _sha256(file)
    cache.write(_place(sha256, file.name), file.read_bytes())
    return Locked(found.name, found.version, file.name, sha256)


def _place(sha256: str, file: str) -> Path:
    return cache.root() / "packages" / sha256 / file


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
