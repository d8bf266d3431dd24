"""Where MicroPython does something else than CPython with what both accept: what can be seen in the source.

Each rule is proven: a test runs a program that it speaks of in the machine and in CPython, and they differ.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unikernel.check.finding import Finding

_UNCALLED = {
    *("__bytes__", "__class_getitem__", "__del__", "__floor__", "__format__", "__fspath__", "__getattribute__"),
    *("__index__", "__init_subclass__", "__instancecheck__", "__missing__", "__rdivmod__", "__round__", "__set_name__"),
    "__trunc__",
}
_UNKNOWN_KEYWORDS = {
    "dumps": {"indent", "sort_keys", "default", "ensure_ascii", "cls", "skipkeys", "allow_nan"},
    "loads": {"object_hook", "parse_float", "parse_int", "cls", "object_pairs_hook"},
    "namedtuple": {"defaults", "rename", "module"},
    "print": {"flush"},
    "zip": {"strict"},
    "sum": {"start"},
    "split": {"sep", "maxsplit"},
    "rsplit": {"sep", "maxsplit"},
    "to_bytes": {"length", "byteorder", "signed"},
    "from_bytes": {"bytes", "byteorder", "signed"},
}
_UTF8 = {"utf-8", "utf8", "UTF-8", "UTF8"}
_TYPES = {"int", "str", "bytes", "list", "dict", "set", "tuple", "float", "bool", "frozenset", "type"}
_REGEX = re.compile(r"(?<!\\)(\(\?(?!:)|[^\\(|]\{\d)")
_COMMA_FLOAT = re.compile(r",.*[eEfFgG%]$")
_FIELD = re.compile(r"\{(?P<name>[^{}!:]*)(?:!(?P<conversion>[^{}:]))?(?::(?P<spec>[^{}]*))?")


@dataclass(frozen=True)
class Rule:
    """One difference: `text` says it, with the cure; `applies` tells whether a node is of it."""

    text: str
    applies: Callable[[ast.AST], bool]


def found(file: str, tree: ast.Module) -> Iterator[Finding]:
    """Every place where a rule applies."""
    for node in _running(tree):
        for name, rule in RULES.items():
            place = node.iter if isinstance(node, ast.comprehension) else node
            if isinstance(place, ast.expr | ast.stmt) and rule.applies(node):
                yield Finding(file, place.lineno, place.col_offset + 1, "warning", rule.text, name)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations, which the machine does not read."""
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield child
                    yield from _running(child)


def _called(node: ast.AST) -> str:
    """The last word of what a call calls; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _has_step(node: ast.AST) -> bool:
    if not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Load) or not isinstance(node.slice, ast.Slice):
        return False
    step = node.slice.step
    return step is not None and not (isinstance(step, ast.Constant) and step.value in (None, 1))


def _is_uncalled(node: ast.AST) -> bool:
    methods = node.body if isinstance(node, ast.ClassDef) else ()
    return any(isinstance(each, ast.FunctionDef) and each.name in _UNCALLED for each in methods)


def _has_slots(node: ast.AST) -> bool:
    targets = [each for each in node.body if isinstance(each, ast.Assign)] if isinstance(node, ast.ClassDef) else []
    return any(isinstance(name, ast.Name) and name.id == "__slots__" for each in targets for name in each.targets)


def _is_view_operation(node: ast.AST) -> bool:
    operators = (ast.BitAnd, ast.BitOr, ast.Sub, ast.BitXor)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, operators):
        return False
    return any(_called(side) in ("keys", "items") for side in (node.left, node.right))


def _formats(node: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Name, conversion and specification of each field of a format."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        for match in _FIELD.finditer((_text(node.func.value) or "").replace("{{", "").replace("}}", "")):
            yield match["name"], match["conversion"] or "", match["spec"] or ""
    elif isinstance(node, ast.JoinedStr):
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                spec = each.format_spec.values if isinstance(each.format_spec, ast.JoinedStr) else []
                conversion = chr(each.conversion) if each.conversion > 0 else ""
                yield "", conversion, "".join(_text(part) or "" for part in spec)


def _is_foreign_encoding(node: ast.AST) -> bool:
    if _called(node) not in ("encode", "decode"):
        return False
    assert isinstance(node, ast.Call)
    given = [*node.args, *(each.value for each in node.keywords)]
    return len(given) > 1 or any((_text(each) or "utf-8") not in _UTF8 for each in given)


def _is_type_value(node: ast.AST) -> bool:
    def is_type(each: ast.AST) -> bool:
        return isinstance(each, ast.Name) and each.id in _TYPES

    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return is_type(node.left) or is_type(node.right)
    return isinstance(node, ast.Subscript) and is_type(node.value)


def _is_regex(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
    return of_re and _REGEX.search(_text(node.args[0]) or "") is not None


def _has_unknown_keyword(node: ast.AST) -> bool:
    unknown = _UNKNOWN_KEYWORDS.get(_called(node), set())
    return isinstance(node, ast.Call) and any(each.arg in unknown for each in node.keywords)


def _is_isinstance_of_int(node: ast.AST) -> bool:
    if _called(node) not in ("isinstance", "issubclass") or not isinstance(node, ast.Call) or len(node.args) < 2:  # noqa: PLR2004
        return False
    kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
    names = {each.id for each in kinds if isinstance(each, ast.Name)}
    return "int" in names and "bool" not in names


RULES: dict[str, Rule] = {
    "step-assign": Rule("a slice with a step cannot be assigned or deleted; use a loop.", _has_step),
    "special-method": Rule(
        f"this class has a special method that nobody calls, one of {', '.join(sorted(_UNCALLED))}.", _is_uncalled
    ),
    "class-keyword": Rule(
        "a class takes no keywords, metaclass neither.",
        lambda node: isinstance(node, ast.ClassDef) and bool(node.keywords),
    ),
    "slots": Rule("__slots__ forbids nothing and saves nothing.", _has_slots),
    "two-bases": Rule(
        "of several bases each is asked to its root before the next, and super() knows the first alone.",
        lambda node: isinstance(node, ast.ClassDef) and len(node.bases) > 1,
    ),
    "raise-from": Rule(
        "the cause is not kept; say it in the message.",
        lambda node: (
            isinstance(node, ast.Raise) and node.cause is not None and not isinstance(node.cause, ast.Constant)
        ),
    ),
    "format-field": Rule(
        "a field of format cannot look into its argument; hand over the value itself.",
        lambda node: any(each in name for name, _, _ in _formats(node) for each in ".["),
    ),
    "format-kind": Rule(
        "a format knows no !a, no _, and no comma for a float.",
        lambda node: any(
            conversion == "a" or "_" in spec or _COMMA_FLOAT.search(spec) for _, conversion, spec in _formats(node)
        ),
    ),
    "unstable-sort": Rule(
        "sorting may change the order of equal items; make the key say all.",
        lambda node: (
            _called(node) in ("sort", "sorted")
            and isinstance(node, ast.Call)
            and any(each.arg == "key" for each in node.keywords)
        ),
    ),
    "encoding": Rule("the only encoding is UTF-8, and errors always raise.", _is_foreign_encoding),
    "locals": Rule("locals() gives the globals; name what you need.", lambda node: _called(node) == "locals"),
    "eval": Rule(
        "eval and exec do not see local names; hand them over as a dict.",
        lambda node: (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("eval", "exec")
            and len(node.args) == 1
        ),
    ),
    "keyword": Rule("this function does not take that keyword here.", _has_unknown_keyword),
    "namedtuple-comma": Rule(
        "the names of a namedtuple are parted by spaces alone.",
        lambda node: (
            isinstance(node, ast.Call)
            and _called(node) == "namedtuple"
            and len(node.args) > 1
            and "," in (_text(node.args[1]) or "")
        ),
    ),
    "bool-is-no-int": Rule("True and False are no int here; add bool if they are meant.", _is_isinstance_of_int),
    "dict-order": Rule(
        "a dict does not keep the order of insertion; use collections.OrderedDict where it matters.",
        lambda node: (
            isinstance(node, ast.For | ast.comprehension) and _called(node.iter) in ("items", "keys", "values")
        ),
    ),
    "regex": Rule("re knows no named groups, no lookahead, no counted repetition.", _is_regex),
    "type-value": Rule("a type can be written so in an annotation only.", _is_type_value),
    "iter-sentinel": Rule(
        "iter takes one argument; write the loop out.",
        lambda node: isinstance(node, ast.Call) and _called(node) == "iter" and len(node.args) > 1,
    ),
    "dict-views": Rule("the views of a dict have no operations of sets; make a set of them.", _is_view_operation),
}
"""Every difference that is looked for, by its short name."""
