"""From an app's files to its ROM filesystem: Python as bytecode, everything else as it is.

With it goes what it imports: modules of ours and of the stack's packages, and nothing else of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path, PurePosixPath
from typing import Any

from unikernel.app import App
from unikernel.build.bytecode import Compiled, Source
from unikernel.build.shelf import Shelf, own, wanted
from unikernel.errors import Refusal

MAIN = "main.mpy"
MACHINE_CODE_MARKS = (b"micropython.", b"# unikernel: native")
_CURE = "put {}.py beside main.py, name a package that has it, or catch its ImportError."


@dataclass(frozen=True)
class Rom:
    """A ROM filesystem, and the names of the shelves that it took modules from."""

    content: bytes
    shelves: tuple[str, ...]
    codes: tuple[bytes, ...] = ()
    """Machine code that must stand in the image's text, too."""
    stayed: tuple[str, ...] = ()
    """What was marked to be machine code and is not."""
    main: range = range(0)
    """Where ``main.mpy`` lies in it: the machine runs it from there, and looks for nothing."""


@dataclass(frozen=True)
class Brought:
    """What a stack's devices add to the app's files: modules of ours, and files by path; `absent` are modules of ours
    that others would bring.
    """

    modules: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


def rom(app: App, modules: frozenset[str], packages: tuple[Shelf, ...] = (), brought: Brought | None = None) -> Rom:
    """The ROM filesystem of `app`, the same bytes for the same files.

    `modules` are those that every image has, `brought` is what the stack's devices add. Raises `BuildError` for a
    source that is no text, does not compile, or imports what is not there, and `Refusal` for a file name that the
    format cannot carry.
    """
    brought = brought or Brought()
    names = sorted(app.files)
    for name in names:
        _check_name(app, name, names)
    sources = [Source(name, _shown(app, name), app.files[name]) for name in names if name.endswith(".py")]
    books = wanted([*sources, *_asking(brought.modules)], names, modules, (*packages, own(brought.absent)), _CURE)
    files = {name: content for name, content in app.files.items() if not name.endswith(".py")}
    places = [source.name for source in sources] + [book.path for book in books]
    compiled = _compiled([*sources, *(book.source for book in books)])
    codes = [code for name in files if name.endswith(".mpy") for code in _brought(_shown(app, name), files[name])]
    for name in brought.files.keys() & files.keys():
        raise Refusal(f"{_shown(app, name)}: a device puts a file of that name into the image; rename one of them.")
    files |= brought.files
    files |= {f"{place[:-3]}.mpy": each.content for place, each in zip(places, compiled, strict=True)}
    codes += [code for each in compiled for code in each.codes]
    content, main = write(files), files.get(MAIN, b"")
    start = content.index(main)
    return Rom(
        content,
        tuple(dict.fromkeys(book.shelf for book in books)),
        tuple(dict.fromkeys(codes)),
        tuple(stayed for each in compiled for stayed in each.stayed),
        range(start, start + len(main)),
    )


def write(files: Mapping[str, bytes]) -> bytes:
    """A ROM filesystem of those files by relative path, sorted, in MicroPython's ROMFS format."""
    writer = _rom_module().VfsRomWriter()
    open_folders: list[str] = []
    for parts, content in sorted((PurePosixPath(name).parts, content) for name, content in files.items()):
        *folders, name = parts
        while open_folders != folders[: len(open_folders)]:
            writer.closedir()
            open_folders.pop()
        for folder in folders[len(open_folders) :]:
            writer.opendir(folder)
            open_folders.append(folder)
        writer.mkfile(name, content)
    for _ in open_folders:
        writer.closedir()
    return bytes(writer.finalise())


def _check_name(app: App, name: str, names: list[str]) -> None:
    if not name.isascii() or not name.isprintable():
        raise Refusal(f"{_shown(app, name)}: the name is not plain ASCII, as a file in the image must be; rename it.")
    if name.endswith(".py") and f"{name[:-3]}.mpy" in names:
        raise Refusal(f"{_shown(app, name)}: there is a {PurePosixPath(name).stem}.mpy beside it; remove one of them.")


def _asking(modules: Iterable[str]) -> list[Source]:
    """What stands for the devices that bring `modules`: a source that imports them, and is in no image."""
    return [Source("devices.py", "devices", f"import {module}\n".encode()) for module in modules]


def _compiled(sources: list[Source]) -> list[Compiled]:
    if len(sources) == 1:
        return [_compile(sources[0])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_compile, sources))


def _compile(source: Source) -> Compiled:
    if not any(mark in source.raw for mark in MACHINE_CODE_MARKS):
        return Compiled(source.compiled())
    from unikernel.build import native  # noqa: PLC0415 - most apps have no machine code

    return native.compiled(source)


def _brought(shown: str, content: bytes) -> tuple[bytes, ...]:
    from unikernel.build import native  # noqa: PLC0415 - most apps bring no compiled file

    return native.brought(shown, content)


def _shown(app: App, name: str) -> str:
    """A file of the app as its user knows it."""
    return str(app.origin / name) if app.origin else name


@cache
def _rom_module() -> Any:
    """Upstream's ``mpremote.romfs``, without the package around it, whose import takes longer than a link."""
    package = find_spec("mpremote")
    if package is None or not package.submodule_search_locations:
        raise Refusal("toolchain: the package mpremote is missing; pip install mpremote.")
    spec = spec_from_file_location("mpremote.romfs", Path(package.submodule_search_locations[0]) / "romfs.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
