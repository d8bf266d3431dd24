"""The parts of an ELF file: where each stands in the file, and at which address it is loaded.

Source: System V ABI, "Object Files", "Sections" and "Program Header"; `pyelftools` reads them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from elftools.elf.elffile import ELFFile


@dataclass(frozen=True)
class Part:
    """Bytes of the file: a section, or one of the file's own tables; `address` is None where nothing is loaded."""

    name: str
    offset: int
    bytes: int
    address: int | None


def parts(content: bytes) -> list[Part]:
    """All parts with bytes in the file, by offset; what lies between them belongs to nobody."""
    file = ELFFile(io.BytesIO(content))
    head = file.header
    found = [
        Part("ELF header", 0, head["e_ehsize"], None),
        Part("program headers", head["e_phoff"], head["e_phentsize"] * head["e_phnum"], None),
        Part("section headers", head["e_shoff"], head["e_shentsize"] * head["e_shnum"], None),
    ]
    for section in file.iter_sections():
        if section["sh_type"] not in ("SHT_NULL", "SHT_NOBITS") and section["sh_size"]:
            address = section["sh_addr"] or None
            found.append(Part(section.name, section["sh_offset"], section["sh_size"], address))
    return sorted((part for part in found if part.bytes), key=lambda part: part.offset)
