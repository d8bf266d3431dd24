"""Shelves: Python that enters an image only where something in it imports it.

One is our own, ``kernel_src/modules``; each package of a stack is another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from unikernel.build.bytecode import Source
from unikernel.build.components import KERNEL_SRC
from unikernel.build.imports import absent_name, imports, missing, module_names
from unikernel.build.known import known as table

MODULES = "modules"
LIB = "lib/"
"""Where modules lie in the image; the runtime searches it after the app's own folder."""


@dataclass(frozen=True)
class Shelf:
    """Sources by path; `name` says whose they are, `cure` what to do about an import that nobody provides."""

    name: str
    files: Mapping[str, bytes]
    cure: str = ""

    def path(self, module: str) -> str | None:
        """The file of a dotted module, None where the shelf has none."""
        stem = module.replace(".", "/")
        return next((path for path in (f"{stem}/__init__.py", f"{stem}.py") if path in self.files), None)


@dataclass(frozen=True)
class Book:
    """A source taken from a shelf; `path` is its place in the image."""

    path: str
    shelf: str
    source: Source


@cache
def own() -> Shelf:
    """The modules that come with us."""
    folder = KERNEL_SRC / MODULES
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.py"))}
    return Shelf(MODULES, files)


def wanted(
    sources: Iterable[Source], files: Iterable[str], image: frozenset[str], shelves: tuple[Shelf, ...], cure: str
) -> tuple[Book, ...]:
    """What `sources`, the app's, take from the shelves, and what that takes in turn; the first shelf that has it gives.

    `files` are all paths of the app, which come before any shelf; `image` are the modules without a file. Raises
    `BuildError` for a source that is no text, and for an import that nobody provides.
    """
    files = list(files)
    roots = {path.removesuffix(".py").removesuffix(".mpy").partition("/")[0] for path in files} - {"lib"}
    names = module_names(files)
    books: dict[str, Book] = {}
    waiting = [(source, cure) for source in sources]
    checks = []
    while waiting:
        source, remedy = waiting.pop(0)
        tree = source.tree()
        if tree is None:
            continue
        for each in imports(tree, _package(source.name)):
            for module in each.candidates():
                found = None if module in names or module.partition(".")[0] in roots else _find(module, shelves)
                if found is None:
                    continue
                shelf, path = found
                names |= module_names([path])
                if path not in books:
                    shown = f"{shelf.name}/{path}"
                    books[path] = Book(LIB + path, shelf.name, Source(path, shown, shelf.files[path]))
                    waiting.append((books[path].source, shelf.cure))
            if not each.guarded:
                checks.append((each, source, remedy))
    for each, source, remedy in checks:
        known = (name for paths in (files, *(shelf.files for shelf in shelves)) for name in module_names(paths))
        fault = missing(each, names, image, itertools.chain(image, known), remedy) or absent_name(each, names, table())
        if fault:
            raise source.fault(fault, each.line, each.column)
    return tuple(books[path] for path in sorted(books))


def _find(module: str, shelves: tuple[Shelf, ...]) -> tuple[Shelf, str] | None:
    for shelf in shelves:
        path = shelf.path(module)
        if path is not None:
            return shelf, path
    return None


def _package(name: str) -> str:
    """The dotted package of a file, as the machine sees it."""
    return name.removeprefix(LIB).rpartition("/")[0].replace("/", ".")
