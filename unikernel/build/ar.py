"""Archives of object files, written byte for byte the same on every machine: no dates, no owners.

The format is that of System V and GNU ``ar``: a magic line, then members with a header of 60 characters each; names
that are long or hold a slash stand in a table of their own. There is no symbol index, since whole archives are
linked.
"""

from __future__ import annotations

from collections.abc import Iterable

_MAGIC = b"!<arch>\n"
_END = b"`\n"


def archive(members: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of those members, name and contents, in their order."""
    members = tuple(members)
    table = bytearray()
    places = []
    for name, _ in members:
        places.append(len(table))
        table += name.encode() + b"/\n"
    parts = [_MAGIC, _member(b"//", bytes(table))]
    parts += [_member(f"/{place}".encode(), content) for place, (_, content) in zip(places, members, strict=True)]
    return b"".join(parts)


def _member(name: bytes, content: bytes) -> bytes:
    head = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) + b"0".ljust(6) + b"644".ljust(8)
    head += str(len(content)).encode().ljust(10) + _END
    return head + content + b"\n" * (len(content) % 2)
