"""What an app imports, held against what its image has, so that a missing module is known before the machine boots."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

PROVIDERS = {
    "socket": "a network device, which this version does not have",
    "ssl": "a network device, which this version does not have",
    "tls": "a network device, which this version does not have",
    "network": "a network device, which this version does not have",
    "requests": "a network device, which this version does not have",
    "machine": "pins and buses of a microcontroller, which a virtual machine does not have; see the module unikernel",
    "_thread": "threads, which the image does not have; use asyncio",
    "threading": "threads, which the image does not have; use asyncio",
    "multiprocessing": "processes, which the image does not have; use asyncio",
    "subprocess": "processes, which the image does not have; use asyncio",
}
"""Who would provide a module that one might expect."""

_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


@dataclass(frozen=True)
class Import:
    """One import of an app: the module's dotted name, the line and the column, counted from 1."""

    module: str
    line: int
    column: int


def imports(tree: ast.Module) -> Iterator[Import]:
    """Every absolute import, but for those that the app itself guards with ``except ImportError``."""
    yield from _in(tree.body)


def missing(found: Import, files: Mapping[str, bytes], image: frozenset[str]) -> str | None:
    """One sentence when neither the app nor the image has the module; None when one does."""
    top, _, rest = found.module.partition(".")
    own = _modules(files)
    if found.module in own or (top in image and not rest):
        return None
    if top in own:
        return f"there is no module {found.module}; the app's {top} does not hold it."
    if top in _PACKAGES or top.removeprefix("u") in image:
        # A package's modules are its own affair; a leading u is MicroPython's old name, which it still knows.
        return None if top in _PACKAGES or not rest else f"{top} has no modules inside; import {top} alone."
    if top in PROVIDERS:
        return f"the image has no module {top}; it needs {PROVIDERS[top]}."
    near = get_close_matches(top, [*own, *image], 1, 0.75)
    cure = f"did you mean {near[0]}?" if near else f"put {top}.py beside main.py, or catch its ImportError."
    return f"the image has no module {top}; {cure}"


_PACKAGES = frozenset({"asyncio"})


def _modules(files: Mapping[str, bytes]) -> set[str]:
    """The dotted names that the app's files can be imported by; the folder ``lib`` is searched too."""
    found = set()
    for name in files:
        for path in (name, name.removeprefix("lib/")):
            stem, dot, suffix = path.rpartition(".")
            if dot and suffix in ("py", "mpy"):
                parts = stem.removesuffix("/__init__").split("/")
                found |= {".".join(parts[: end + 1]) for end in range(len(parts))}
    return found


def _in(body: list[ast.stmt]) -> Iterator[Import]:
    for statement in body:
        yield from _of(statement)


def _of(node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, node.col_offset + 1)
    elif isinstance(node, ast.ImportFrom):
        if not node.level and node.module:
            yield Import(node.module, node.lineno, node.col_offset + 1)
    elif isinstance(node, ast.Try) and any(_catches(handler) for handler in node.handlers):
        for handler in node.handlers:
            yield from _in(handler.body)
        yield from _in(node.orelse)
        yield from _in(node.finalbody)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _of(child)


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in _CAUGHT for name in names)
