"""Shelves: Python that enters an image only where something in it imports it.

One is our own, ``kernel_src/modules``; each package of a stack is another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from unikernel.build.bytecode import Source
from unikernel.build.components import KERNEL_SRC
from unikernel.build.imports import Import, absent_name, imports, missing, module_names
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
def own(absent: frozenset[str] = frozenset()) -> Shelf:
    """The modules that come with us, but for those that are `absent`, as no device of the stack brings them."""
    folder = KERNEL_SRC / MODULES
    paths = (path for path in sorted(folder.rglob("*.py")) if path.stem not in absent)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return Shelf(MODULES, files)


def wanted(
    sources: Iterable[Source], files: Iterable[str], image: frozenset[str], shelves: tuple[Shelf, ...], cure: str
) -> tuple[Book, ...]:
    """What `sources`, the app's, take from the shelves, and what that takes in turn; the first shelf that has it gives.

    `files` are all paths of the app, which come before any shelf; `image` are the modules without a file. Raises
    `BuildError` for a source that is no text, and for an import that nobody provides; but not for one in a function of
    a shelf's: it is for those who use what the app may not, such as TLS.
    """
    search = _Search(tuple(files), image, shelves)
    waiting = [(source, cure, True) for source in sources]
    checks = []
    while waiting:
        source, remedy, of_app = waiting.pop(0)
        tree = source.tree()
        for each in imports(tree, _package(source.name)) if tree is not None else ():
            waiting += [(book.source, shelf.cure, False) for book, shelf in search.take(each)]
            if not each.guarded and (of_app or not each.late):
                checks.append((each, source, remedy))
    for each, source, remedy in checks:
        fault = search.fault(each, remedy)
        if fault and not search.works_otherwise(each):
            raise source.fault(fault, each.line, each.column)
    return tuple(search.books[path] for path in sorted(search.books))


class _Search:
    """What was taken so far; `names` are the dotted modules that the image has a file of."""

    def __init__(self, files: tuple[str, ...], image: frozenset[str], shelves: tuple[Shelf, ...]) -> None:
        self.files = files
        self.image = image
        self.shelves = shelves
        self.names = module_names(files)
        self.roots = {path.removesuffix(".py").removesuffix(".mpy").partition("/")[0] for path in files} - {"lib"}
        self.books: dict[str, Book] = {}

    def take(self, found: Import) -> Iterator[tuple[Book, Shelf]]:
        """Every book that the import needs and that is not there yet, with its shelf."""
        for module in found.candidates():
            if module in self.names or module.partition(".")[0] in self.roots:
                continue
            for shelf in self.shelves:
                path = shelf.path(module)
                if path is not None:
                    self.names |= module_names([path])
                    book = Book(LIB + path, shelf.name, Source(path, f"{shelf.name}/{path}", shelf.files[path]))
                    self.books[path] = book
                    yield book, shelf
                    break

    def fault(self, found: Import, cure: str) -> str | None:
        """Why the import does not work, None where it does."""
        known = (name for paths in (self.files, *(each.files for each in self.shelves)) for name in module_names(paths))
        fault = missing(found, self.names, self.image, itertools.chain(self.image, known), cure)
        return fault or absent_name(found, self.names, table())

    def works_otherwise(self, found: Import) -> bool:
        """True where the import stands in for one that works, and is never reached."""
        return any(all(self.fault(each, "") is None for each in group) for group in found.instead_of)


def _package(name: str) -> str:
    """The dotted package of a file, as the machine sees it."""
    return name.removeprefix(LIB).rpartition("/")[0].replace("/", ".")
