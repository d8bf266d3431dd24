"""A cpio archive in the format that Linux unpacks as its first file system, written with no tool and no root.

Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst ("newc").
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

MAGIC = b"070701"
LAST = "TRAILER!!!"
_ALIGNMENT = 4


@dataclass(frozen=True)
class Entry:
    """A file, folder or device; `mode` holds its kind and rights, `device` a device's two numbers."""

    name: str
    mode: int
    content: bytes = b""
    device: tuple[int, int] = (0, 0)


def file(name: str, content: bytes, *, executable: bool = False) -> Entry:
    """A file of root's that everybody may read."""
    return Entry(name, stat.S_IFREG | (0o755 if executable else 0o644), content)


def folder(name: str) -> Entry:
    """A folder of root's."""
    return Entry(name, stat.S_IFDIR | 0o755)


def character_device(name: str, major: int, minor: int) -> Entry:
    """A node of a character device; the numbers are Linux's (Documentation/admin-guide/devices.txt)."""
    return Entry(name, stat.S_IFCHR | 0o600, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The whole archive: sorted by name, so that a folder comes before what it holds, and the same bytes every time.

    Folders that are only implied are added. Raises `ValueError` when a name comes twice.
    """
    named: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in named:
            raise ValueError(f"{entry.name} comes twice")
        named[entry.name] = entry
    for name in tuple(named):
        for parent in PurePosixPath(name).parents[:-1]:
            named.setdefault(str(parent), folder(str(parent)))
    parts = [_record(number, named[name]) for number, name in enumerate(sorted(named), 1)]
    return b"".join((*parts, _record(0, Entry(LAST, 0))))


def _record(number: int, entry: Entry) -> bytes:
    name = entry.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    # Number, mode, owner, group, links, time, size, device (2), its own numbers as a device (2), name's size, check.
    owner = group = time = check = 0
    fields = (number, entry.mode, owner, group, links, time, len(entry.content), 0, 0, *entry.device, len(name), check)
    head = MAGIC + b"".join(b"%08X" % field for field in fields) + name
    return _padded(head) + _padded(entry.content)


def _padded(part: bytes) -> bytes:
    return part + bytes(-len(part) % _ALIGNMENT)
