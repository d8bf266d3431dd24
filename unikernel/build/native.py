"""Functions that are machine code: those marked ``@micropython.native`` and ``@micropython.viper``.

The loader in the machine copies such code to memory, and no memory of the machine is executable; so its code stands in
the image's text too, and is run from there (``kernel_src/micropython/native.c``). What the emitter refuses stays
bytecode, and is listed. Viper's pointers reach all memory, so they are refused: the device RawMemory says openly what
it can do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from unikernel.build import cache, kernel, stamps
from unikernel.build.bytecode import Compiled, Source
from unikernel.build.components import Component
from unikernel.build.components import Source as CSource
from unikernel.build.mpy import Kind, machine_code
from unikernel.errors import BuildError

MODULE_MARK = re.compile(rb"\A(?:#.*\n)*# unikernel: native[ \t]*\r?\n")
"""In the comment at a file's head: the whole module is machine code."""
COMPONENT = "native"

_MARKS = {"native", "viper"}
_POINTERS = {"ptr", "ptr8", "ptr16", "ptr32"}
_MACHINE = "-march=x64"
_WHOLE = ("-X", "emit=native")
_BYTES_A_LINE = 16
_ALIGN = 16

Function = ast.FunctionDef | ast.AsyncFunctionDef


def compiled(source: Source) -> Compiled:
    """Compiles a source, what is marked in it to machine code.

    Raises `BuildError` for what does not compile, or is viper with pointers.
    """
    whole = MODULE_MARK.match(source.raw) is not None
    if not whole and b"micropython." not in source.raw:
        return Compiled(source.compiled())
    tree = source.tree()
    marked = {} if tree is None else dict(_marked(tree))
    for function, mark in marked.items():
        if mark == "viper":
            _refuse_pointers(source, function)
    if not whole and not marked:
        return Compiled(source.compiled())
    stayed: list[str] = []
    while True:
        try:
            content = source.compiled((_MACHINE, *(_WHOLE if whole else ())))
            break
        except BuildError as error:
            if whole:
                stayed.append(_stayed(source, error.line or 1, source.name, error))
                whole = False
                continue
            refused = _around(marked, error.line)
            if refused is None:
                raise
            del marked[refused]
            stayed.append(_stayed(source, refused.lineno, refused.name, error))
            source = _unmarked(source, refused)
    if tree is None and _reaches(content):
        raise source.fault(
            "Python's own parser does not read this file, so nobody can look for pointers in its viper functions; "
            "write it as CPython reads it, too."
        )
    return Compiled(content, codes(content), tuple(stayed))


def codes(content: bytes) -> tuple[bytes, ...]:
    """The machine code of a ``.mpy`` file; raises `ValueError` as `machine_code` does."""
    return tuple(dict.fromkeys(each.content for each in machine_code(content)))


def brought(shown: str, content: bytes) -> tuple[bytes, ...]:
    """The machine code of a ``.mpy`` file that the app brings ready made.

    Raises `BuildError` for a file that is none, and for viper and assembly, whose pointers nobody has seen.
    """
    try:
        reaches = _reaches(content)
    except ValueError as error:
        raise BuildError(f"{error}; compile it again from its source.", file=shown) from error
    if reaches:
        raise BuildError(
            "it holds viper or assembly code, which can reach all memory; bring its source instead.", file=shown
        )
    return codes(content)


def _reaches(content: bytes) -> bool:
    """Whether a ``.mpy`` file has code that may hold pointers."""
    return any(each.kind in (Kind.VIPER, Kind.ASSEMBLY) for each in machine_code(content))


def component(pieces: tuple[bytes, ...]) -> Component:
    """The pieces in the image's text, and the table by which the loader finds them."""
    text = assembly(pieces).encode()
    path = cache.root() / "generated" / f"{COMPONENT}-{stamps.key(text)[:16]}" / "native_codes.S"
    if not path.is_file():
        cache.write(path, text)
    return Component(COMPONENT, "app", (CSource(path, Path(path).name),), flags=kernel.FLAGS)


def assembly(pieces: tuple[bytes, ...]) -> str:
    """The file that holds them, for the assembler of x86_64."""
    lines = [
        "/* Machine code of the app. Made by unikernel build; never edited. */",
        '    .section .text.native, "ax", @progbits',
    ]
    for number, piece in enumerate(pieces):
        lines += [f"    .balign {_ALIGN}", f"code_{number}:"]
        lines += [
            "    .byte " + ", ".join(map(str, piece[at : at + _BYTES_A_LINE]))
            for at in range(0, len(piece), _BYTES_A_LINE)
        ]
    lines += [
        '    .section .rodata.native, "a", @progbits',
        "    .balign 8",
        "    .globl native_codes",
        "native_codes:",
    ]
    lines += [f"    .quad code_{number}, {len(piece)}" for number, piece in enumerate(pieces)]
    lines += ["    .globl native_code_count", "native_code_count:", f"    .quad {len(pieces)}"]
    return "\n".join(lines) + "\n"


def _marked(tree: ast.Module) -> Iterator[tuple[Function, str]]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            for decorator in node.decorator_list:
                if mark := _mark(decorator):
                    yield node, mark


def _mark(decorator: ast.expr) -> str | None:
    """``native`` or ``viper``; the compiler knows them by these words alone."""
    if isinstance(decorator, ast.Attribute) and isinstance(decorator.value, ast.Name):
        return decorator.attr if decorator.value.id == "micropython" and decorator.attr in _MARKS else None
    return None


def _refuse_pointers(source: Source, function: Function) -> None:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in _POINTERS:
            raise source.fault(
                f"{function.name} is viper with {node.id}, which can reach all memory; work on a bytearray without "
                f"pointers, or mark it native.",
                node.lineno,
                node.col_offset + 1,
            )


def _around(marked: dict[Function, str], line: int | None) -> Function | None:
    """The innermost marked function at a line."""
    found = [each for each in marked if line and each.lineno <= line <= (each.end_lineno or each.lineno)]
    return max(found, key=lambda each: each.lineno, default=None)


def _unmarked(source: Source, function: Function) -> Source:
    """The source with that function's mark blanked out; every line stays where it is."""
    lines = source.raw.split(b"\n")
    for decorator in function.decorator_list:
        if _mark(decorator):
            lines[decorator.lineno - 1] = b""
    return replace(source, raw=b"\n".join(lines))


def _stayed(source: Source, line: int, name: str, error: BuildError) -> str:
    """One line for the user, with the emitter's reason, without the kind of its exception and our cure."""
    said = str(error.args[0]).partition(";")[0]
    return f"{source.shown}:{line}: {name} stays bytecode: {said.partition(': ')[2] or said}."
