"""Names that CPython has and the machine has not: in its modules, among its builtins, of its objects."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from unikernel.build.bytecode import Source
from unikernel.build.known import Known
from unikernel.build.known import absent as missing
from unikernel.check.finding import Finding

RULE = "not-there"
_EXPECTED = {"AttributeError", "NameError", "ImportError", "Exception", "BaseException"}


def own_names(sources: Iterable[Source]) -> frozenset[str]:
    """Every name that the app itself gives to anything: what it defines, it may use."""
    found: set[str] = set()
    for source in sources:
        tree = source.tree()
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Attribute | ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.attr if isinstance(node, ast.Attribute) else node.id)
            elif isinstance(node, ast.arg | ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
    return frozenset(found)


def absent(file: str, tree: ast.Module, table: Known, own: frozenset[str]) -> Iterator[Finding]:
    """Every use of a name that is not there, unless the app expects it to fail."""
    modules = _imported(tree)
    for node in _running(tree):
        text = _fault(node, modules, table, own)
        if text is not None and isinstance(node, ast.expr | ast.stmt):
            yield Finding(file, node.lineno, node.col_offset + 1, "error", text, RULE)


def there(tree: ast.Module, table: Known) -> frozenset[tuple[int, str]]:
    """Line and name of each use of what a module of the machine does have, whatever a stub says."""
    modules = _imported(tree)
    return frozenset(
        (node.lineno, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in table.modules.get(modules.get(node.value.id, ""), ())
    )


def _imported(tree: ast.Module) -> dict[str, str]:
    """The modules that a source imports, by the name it gives them."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def _fault(node: ast.AST, modules: dict[str, str], table: Known, own: frozenset[str]) -> str | None:
    if isinstance(node, ast.ImportFrom) and not node.level and node.module in table.modules:
        there = table.modules[node.module]
        gone = [alias.name for alias in node.names if alias.name not in there and alias.name != "*"]
        return missing(f"the machine's {node.module}", gone[0], there) if gone else None
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        if isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            there = table.modules.get(module, frozenset({node.attr}))  # of others mypy knows the names
            return None if node.attr in there else missing(f"the machine's {module}", node.attr, there)
        if node.attr in table.lacking and node.attr not in own:
            return f"no object of the machine has {node.attr}."
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        gone_builtin = hasattr(builtins, node.id) and node.id not in table.builtins and node.id not in own
        return missing("the machine", node.id, table.builtins) if gone_builtin else None
    return None


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes, but for annotations, which the machine does not read, and blocks whose failure the app catches."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns"):
            continue
        if field == "body" and isinstance(tree, ast.Try) and any(map(_expects, tree.handlers)):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                yield node
                yield from _running(node)


def _expects(handler: ast.ExceptHandler) -> bool:
    names = [handler.type] if not isinstance(handler.type, ast.Tuple) else handler.type.elts
    return handler.type is None or any(isinstance(name, ast.Name) and name.id in _EXPECTED for name in names)
