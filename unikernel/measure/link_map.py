"""What the linker's map says: which input section lies where, and which symbols it holds.

Source: LLVM lld, ``lld/ELF/MapFile.cpp``: a line is VMA, LMA and size in hexadecimal, alignment, and a name indented by
its level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_LINE = re.compile(r" *([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+) +(\d+) ( *)(\S.*)")
_INPUT_INDENT = 8
_PLACE = re.compile(r"(?:(?P<archive>[^():]+)\.a\((?P<member>.+)\)|(?P<file>[^():]+)):\((?P<section>.*)\)")


@dataclass
class InputSection:
    """A piece of one object file; `archive` is empty where the file was linked by itself."""

    address: int
    bytes: int
    archive: str
    file: str
    symbols: list[tuple[str, int, int]] = field(default_factory=list)
    """Name, address, size in bytes."""


def input_sections(text: str) -> list[InputSection]:
    """The input sections with bytes, in the order of the map; what the link script adds itself is not among them."""
    found: list[InputSection] = []
    within = False
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if not match:
            continue
        address, size, name = int(match[1], 16), int(match[3], 16), match[6]
        if len(match[5]) <= _INPUT_INDENT:
            place = _PLACE.fullmatch(name)
            # What a debugger reads is in no image.
            within = place is not None and size > 0 and not place["section"].startswith(".debug_")
            if place and within:
                file = place["member"] or place["file"]
                found.append(InputSection(address, size, place["archive"] or "", file.removesuffix(".o")))
        elif within and size:
            found[-1].symbols.append((name, address, size))
    return found
