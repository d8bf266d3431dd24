"""What is inside a package's file, a wheel or an archive of sources: its Python, and what it says of itself."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath

from unikernel.errors import Refusal

WHEEL = ".whl"
_COMPILED = (".so", ".pyd", ".dylib")
_READ = (".py", "/METADATA", "/PKG-INFO", "/requires.txt")
_BUILD_FILES = ("setup.py", "pyproject.toml")
_LONGEST_LICENCE = 40


@dataclass(frozen=True)
class Distribution:
    """A package's file, read; `files` is its Python by the path that it is imported by.

    `compiled` where it holds code for one kind of processor; `buildable` where an archive of sources says how a wheel
    is made of it.
    """

    name: str
    version: str
    licence: str
    requires: tuple[str, ...]
    files: Mapping[str, bytes]
    compiled: bool
    buildable: bool


def read(path: Path) -> Distribution:
    """Reads a file by its ending; raises `Refusal` for one that is damaged or of no known kind."""
    try:
        members = dict(_members(path))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise Refusal(f"{path.name}: it is damaged, or no package; choose another version.") from error
    return _wheel(path, members) if path.name.endswith(WHEEL) else _sources(path, members)


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every file by its path; what is neither Python nor metadata is named only, without its bytes."""
    if path.name.endswith((WHEEL, ".zip")):
        with zipfile.ZipFile(path) as archive:
            for each in archive.infolist():
                if not each.is_dir():
                    yield each.filename, archive.read(each) if each.filename.endswith(_READ) else b""
        return
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name.removeprefix("./"), file.read() if member.name.endswith(_READ) else b""


def _wheel(path: Path, members: Mapping[str, bytes]) -> Distribution:
    named = path.name.split("-")
    metadata = next((raw for name, raw in members.items() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)), b"")
    files = {}
    for name, raw in members.items():
        top, _, rest = name.partition("/")
        if top.endswith(".data") and rest.partition("/")[0] in ("purelib", "platlib"):
            files[rest.partition("/")[2]] = raw
        elif not top.endswith((".data", ".dist-info")):
            files[name] = raw
    head = _head(metadata)
    requires = tuple(str(each) for each in head.get_all("Requires-Dist", ()))
    return _made(head, named[0], named[1] if len(named) > 1 else "", requires, files)


def _sources(path: Path, members: Mapping[str, bytes]) -> Distribution:
    """The modules as they lie in the archive's one folder, or in ``src`` in it."""
    stem = re.sub(r"\.(tar\.[a-z0-9]+|tgz|zip)$", "", path.name)
    name, _, version = stem.rpartition("-")
    inner = {each.partition("/")[2]: raw for each, raw in members.items() if "/" in each}
    info = sorted((each for each in inner if each.endswith("PKG-INFO")), key=len)
    files = {each: raw for each, raw in inner.items() if each not in _BUILD_FILES and ".egg-info/" not in each}
    if not any(each.endswith(".py") and not each.startswith("src/") for each in files):
        files = {each.removeprefix("src/"): raw for each, raw in files.items()}
    listed = next((raw for each, raw in inner.items() if each.endswith(".egg-info/requires.txt")), b"")
    lines = listed.decode("utf-8", "replace").partition("[")[0].splitlines()
    requires = tuple(line.strip() for line in lines if line.strip())
    buildable = any(each in inner for each in _BUILD_FILES)
    return _made(_head(inner[info[0]] if info else b""), name, version, requires, files, buildable=buildable)


def _made(
    head: Message,
    name: str,
    version: str,
    requires: tuple[str, ...],
    files: Mapping[str, bytes],
    *,
    buildable: bool = False,
) -> Distribution:
    return Distribution(
        name=str(head.get("Name") or name).strip(),
        version=str(head.get("Version") or version).strip(),
        licence=_licence(head),
        requires=requires,
        files={each: raw for each, raw in files.items() if each.endswith(".py") and PurePosixPath(each).parts},
        compiled=any(each.endswith(_COMPILED) for each in files),
        buildable=buildable,
    )


def _head(raw: bytes) -> Message:
    return BytesParser().parse(io.BytesIO(raw), headersonly=True)


def _licence(head: Message) -> str:
    """As short as the package says it: an expression, a word, or what it is filed under."""
    for key in ("License-Expression", "License"):
        text = str(head.get(key) or "").strip()
        if text and text != "UNKNOWN" and len(text) <= _LONGEST_LICENCE and "\n" not in text:
            return text
    filed = [str(each).rpartition(" :: ")[2] for each in head.get_all("Classifier", ()) if str(each)[:7] == "License"]
    return filed[0] if filed else ""
