"""The machine code in a ``.mpy`` file. MicroPython 1.25, ``py/persistentcode.c``, version 6.3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """``py/emitglue.h``, mp_raw_code_kind_t."""

    BYTECODE = 2
    NATIVE = 3
    VIPER = 4
    ASSEMBLY = 5


@dataclass(frozen=True)
class Code:
    """The code of one function that is not bytecode."""

    kind: Kind
    content: bytes


_HEAD = b"M\x06"
_FLAGS_AND_BITS = 2
_HAS_CHILDREN = 4
_KIND = 3
_LENGTH_SHIFT = 3
_STATIC_STRING = 1
_FIRST_SIZED, _TEXT, _BYTES, _TUPLE = 5, 5, 6, 10
_RELOCATIONS, _RODATA, _BSS = 0x10, 0x20, 0x40


def machine_code(content: bytes) -> tuple[Code, ...]:
    """Every piece of machine code, in the order of the file.

    Raises `ValueError` for what is no such file, or holds code that must be relocated when it is loaded.
    """
    reader = _Reader(content)
    if reader.take(len(_HEAD)) != _HEAD:
        raise ValueError("it is no .mpy file of version 6")
    reader.take(_FLAGS_AND_BITS)
    strings, objects = reader.number(), reader.number()
    for _ in range(strings):
        length = reader.number()
        if not length & _STATIC_STRING:
            reader.take((length >> 1) + 1)
    for _ in range(objects):
        reader.skip_object()
    return tuple(_raw_code(reader))


def _raw_code(reader: _Reader) -> Iterator[Code]:
    head = reader.number()
    kind = Kind((head & _KIND) + Kind.BYTECODE)
    content = reader.take(head >> _LENGTH_SHIFT)
    if kind is Kind.NATIVE:
        reader.number()  # where its prelude lies
    elif kind is not Kind.BYTECODE:
        flags = reader.number()
        if kind is Kind.ASSEMBLY:
            reader.number()
            reader.number()
        elif flags & (_RODATA | _BSS | _RELOCATIONS):
            raise ValueError("its machine code must be relocated when it is loaded")
    if kind is not Kind.BYTECODE:
        yield Code(kind, content)
    if head & _HAS_CHILDREN:
        for _ in range(reader.number()):
            yield from _raw_code(reader)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, count: int) -> bytes:
        found = self._content[self._at : self._at + count]
        if len(found) != count:
            raise ValueError("it is cut short")
        self._at += count
        return found

    def number(self) -> int:
        """Seven bits a byte, the highest first."""
        value = 0
        while True:
            byte = self.take(1)[0]
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value

    def skip_object(self) -> None:
        kind = self.take(1)[0]
        if kind == _TUPLE:
            for _ in range(self.number()):
                self.skip_object()
        elif kind >= _FIRST_SIZED:
            self.take(self.number() + (kind in (_TEXT, _BYTES)))
