"""Linux's modules: which files a module needs, and in which order they are loaded."""

from __future__ import annotations

import io
import lzma
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from unikernel.errors import Refusal

ENDING = ".ko.xz"


@dataclass(frozen=True)
class Module:
    """A module's name, as Linux writes it, and its ELF."""

    name: str
    content: bytes


def in_order(folder: Path, wanted: tuple[str, ...]) -> tuple[Module, ...]:
    """The modules `wanted` and what they need, each after those that it needs.

    `folder` is the kernel's folder of modules. What is built into the kernel needs no loading and is left out. Raises
    `Refusal` for a name that the kernel lacks.
    """
    files = {_plain(path.name.removesuffix(ENDING)): path for path in folder.rglob(f"*{ENDING}")}
    built_in = {_plain(Path(line).stem) for line in (folder / "modules.builtin").read_text().splitlines()}
    found: dict[str, Module] = {}

    def add(name: str) -> None:
        if name in found or name in built_in:
            return
        if name not in files:
            raise Refusal(f"linux: {folder.name} has no module {name}; name one of those in {folder}.")
        content = lzma.decompress(files[name].read_bytes())
        for needed in needs(content):
            add(needed)
        found[name] = Module(name, content)

    for name in wanted:
        add(_plain(name))
    return tuple(found.values())


def needs(content: bytes) -> tuple[str, ...]:
    """The names of the modules that a module says it needs.

    Source: Linux, include/linux/moduleinfo.h: strings ``key=value`` in the section ``.modinfo``.
    """
    section = ELFFile(io.BytesIO(content)).get_section_by_name(".modinfo")
    if section is None:
        return ()
    for entry in section.data().split(b"\0"):
        key, _, value = entry.partition(b"=")
        if key == b"depends":
            return tuple(_plain(name) for name in value.decode().split(",") if name)
    return ()


def _plain(name: str) -> str:
    """Linux takes ``-`` and ``_`` in a module's name as one."""
    return name.replace("-", "_")
