"""What a source imports, held against what is there, so that a missing module is known before the machine boots."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from unikernel.build.known import Known, absent

PROVIDERS = {
    "socket": "the device TcpSockets or UdpSockets",
    "ssl": "the device MbedTls",
    "tls": "the device MbedTls",
    "network": "a radio, which the image does not have; a device as DhcpIp connects by itself",
    "requests": "a package, as micropython-urequests",
    "machine": "the device RawMemory for its mem8, mem16 and mem32; pins and buses a virtual machine does not have",
    "uctypes": "the device RawMemory",
    "_thread": "threads, which the image does not have; use asyncio",
    "threading": "threads, which the image does not have; use asyncio",
    "multiprocessing": "processes, which the image does not have; use asyncio",
    "subprocess": "processes, which the image does not have; use asyncio",
}
"""Who would provide a module that one might expect."""

_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_FROZEN_PACKAGES = frozenset({"asyncio"})
"""Modules of every image that have modules inside; what those are is their own affair."""
WITHOUT_OLD_NAME = frozenset(
    {"asyncio", "builtins", "cmath", "deflate", "gc", "math", "micropython", "unikernel", "vfs"}
)
"""Modules that MicroPython's old name, with a leading u, does not find."""


@dataclass(frozen=True)
class Import:
    """One import: the module's dotted name, the names taken from it, the line and the column, counted from 1.

    `guarded` where it may fail: the source catches its ``ImportError``. `late` where it comes when a function is called,
    and so perhaps never. `instead_of` are groups of imports of which it stands in the place: where one group works
    whole, it is never reached.
    """

    module: str
    line: int
    column: int
    names: tuple[str, ...] = ()
    guarded: bool = False
    late: bool = False
    instead_of: tuple[tuple[Import, ...], ...] = ()

    def candidates(self) -> Iterator[str]:
        """Every module that this would load, the outermost first; a name taken from a package may be one, too."""
        parts = self.module.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))
        yield from (f"{self.module}.{name}" for name in self.names)


def imports(tree: ast.Module, package: str = "") -> Iterator[Import]:
    """Every import of a source, those within functions too, but for ``if TYPE_CHECKING``.

    `package` is the dotted package that the source is in, which relative imports are resolved against.
    """
    for statement in tree.body:
        yield from _of(statement, package, guarded=False)


def missing(found: Import, own: Collection[str], image: frozenset[str], known: Iterable[str], cure: str) -> str | None:
    """One sentence when nobody has the module; None when one does.

    `own` are the dotted names that the image's files give, `image` the modules without a file, `known` all that one
    could mean. `cure` is what to do where nothing better is known, ``{}`` in it the module's name.
    """
    top, _, rest = found.module.partition(".")
    if found.module in own or (top in image and not rest):
        return None
    if top in own:
        return f"there is no module {found.module}; {top} does not hold it."
    old = top.removeprefix("u")
    if top in _FROZEN_PACKAGES:
        return None
    if top in image or (old in image and old not in WITHOUT_OLD_NAME):
        return None if not rest else f"{top} has no modules inside; import {top} alone."
    for name in (top, old):
        if name in PROVIDERS:
            return f"the image has no module {top}; it needs {PROVIDERS[name]}."
    near = get_close_matches(top, list(known), 1, 0.75)
    return f"the image has no module {top}; {f'did you mean {near[0]}?' if near else cure.format(top)}"


def absent_name(found: Import, own: Collection[str], table: Known) -> str | None:
    """One sentence when a name is taken from a module of every image that does not have it; None else."""
    there = table.modules.get(found.module)
    if there is None or found.module in own or found.module in _FROZEN_PACKAGES:
        return None
    gone = [name for name in found.names if name not in there]
    return (
        absent(f"the image's {found.module}", gone[0], there, "do without it, or catch its ImportError")
        if gone
        else None
    )


def module_names(paths: Iterable[str]) -> set[str]:
    """The dotted names that files can be imported by; the folder ``lib`` is searched too."""
    found = set()
    for name in paths:
        for path in {name, name.removeprefix("lib/")}:
            stem, dot, suffix = path.rpartition(".")
            if dot and suffix in ("py", "mpy"):
                parts = stem.removesuffix("/__init__").split("/")
                found |= {".".join(parts[: end + 1]) for end in range(len(parts))}
    return found


def _of(node: ast.AST, package: str, *, guarded: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, node.col_offset + 1, (), guarded)
    elif isinstance(node, ast.ImportFrom):
        module = _absolute(node, package)
        if module:
            names = tuple(alias.name for alias in node.names if alias.name != "*")
            yield Import(module, node.lineno, node.col_offset + 1, names, guarded)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for statement in node.body:
            for found in _of(statement, package, guarded=guarded):
                yield replace(found, late=True)
    else:
        caught = node.body if isinstance(node, ast.Try) and any(map(_catches, node.handlers)) else []
        tried = tuple(found for child in caught for found in _of(child, package, guarded=True))
        for child in _children(node):
            for found in _of(child, package, guarded=guarded or child in caught):
                reached_late = tried and isinstance(child, ast.ExceptHandler) and _catches(child)
                yield replace(found, instead_of=(*found.instead_of, tried)) if reached_late else found


def _children(node: ast.AST) -> Iterable[ast.AST]:
    """What runs: not the block of an ``if TYPE_CHECKING``."""
    if isinstance(node, ast.If) and _is_type_checking(node.test):
        return node.orelse
    return ast.iter_child_nodes(node)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The module's dotted name; empty where a relative import leads out of what is known."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    if node.level > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in _CAUGHT for name in names)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"
