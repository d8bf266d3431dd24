"""A reader of ELF files as small as booting needs: their notes.

pyelftools takes as long to import as a machine takes to boot.

Source: System V ABI, "Object Files" and "Program Header". A note is an owner's name, a type and a description, each
padded to 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\x7fELF"
MACHINES = {"x86_64": 62, "aarch64": 183, "riscv64": 243}
"""``e_machine`` by architecture."""

_CLASS64, _LITTLE = 2, 1
_EXECUTABLE = 2
_NOTE_SEGMENT = 4
_HEAD = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_NOTE = struct.Struct("<III")
_MOST_SEGMENTS = 64


@dataclass(frozen=True)
class Note:
    """One note: its owner, its type, its description."""

    owner: str
    type: int
    description: bytes


@dataclass(frozen=True)
class Elf:
    """What was read: the machine's number and the notes."""

    machine: int
    notes: tuple[Note, ...]


def read(content: bytes) -> Elf:
    """Reads a 64-bit little-endian executable.

    Raises `ValueError`, in a clause, for anything else or anything cut short.
    """
    if not content.startswith(MAGIC):
        raise ValueError("it is not an ELF file")
    if len(content) < _HEAD.size:
        raise ValueError("it is cut short")
    head = _HEAD.unpack_from(content)
    if head[0][4] != _CLASS64 or head[0][5] != _LITTLE or head[1] != _EXECUTABLE:
        raise ValueError("it is not a 64-bit little-endian executable")
    machine, offset, size, count = head[2], head[5], head[9], head[10]
    if size != _SEGMENT.size or count > _MOST_SEGMENTS or offset + size * count > len(content):
        raise ValueError("its program headers are damaged")
    notes: list[Note] = []
    for index in range(count):
        kind, _, start, _, _, length, _, _ = _SEGMENT.unpack_from(content, offset + index * size)
        if start + length > len(content):
            raise ValueError("it is cut short")
        if kind == _NOTE_SEGMENT:
            notes += _notes(content[start : start + length])
    return Elf(machine, tuple(dict.fromkeys(notes)))


def note(owner: str, kind: int, description: bytes) -> bytes:
    """A note as it stands in a file."""
    name = owner.encode() + b"\0"
    return _NOTE.pack(len(name), len(description), kind) + _padded(name) + _padded(description)


def _notes(raw: bytes) -> Iterator[Note]:
    """The notes of a segment; zeros between sections are skipped."""
    at = 0
    while at + _NOTE.size <= len(raw):
        name_bytes, description_bytes, kind = _NOTE.unpack_from(raw, at)
        if not name_bytes:
            at += 4
            continue
        start = at + _NOTE.size + (name_bytes + 3) // 4 * 4
        if start + description_bytes > len(raw):
            return
        owner = raw[at + _NOTE.size : at + _NOTE.size + name_bytes].rstrip(b"\0").decode("ascii", "replace")
        yield Note(owner, kind, raw[start : start + description_bytes])
        at = start + (description_bytes + 3) // 4 * 4


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)
