"""The footprint: component, file, symbol of each byte of an image; the sums are exact, for the very file that ships."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from unikernel.build import Image
from unikernel.errors import Refusal
from unikernel.measure.link_map import InputSection, input_sections
from unikernel.measure.sections import Part, parts
from unikernel.table import Card, Column, Shown, Table
from unikernel.units import file_size

LINKED_IN = {"rom": "app", "manifest": "manifest"}
"""The component of a file that was linked in as it is, by its stem."""

KINDS = {"app": "app", "manifest": "arch", "elf": "padding", "padding": "padding", "devices": "drivers"}
"""The kind of a component that no source declares."""

ELF, PADDING, UNNAMED = "elf", "padding", "(unnamed)"


@dataclass(frozen=True)
class Symbol:
    """A function or an object with a name; a file's bytes without one are gathered under the name ``(unnamed)``."""

    name: str
    bytes: int


@dataclass(frozen=True)
class File:
    """A source file's share, its symbols by size."""

    name: str
    bytes: int
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True)
class Component:
    """A component's share, its files by size; `kind` is its colour in a picture."""

    name: str
    kind: str
    bytes: int
    files: tuple[File, ...]


@dataclass(frozen=True)
class Footprint(Shown):
    """Components by size; the sum over them is `total_bytes`, the size of the file."""

    name: str
    total_bytes: int
    components: tuple[Component, ...]

    @cached_property
    def by_kind(self) -> dict[str, int]:
        """Bytes by kind of component, largest first."""
        sums: dict[str, int] = defaultdict(int)
        for component in self.components:
            sums[component.kind] += component.bytes
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    def data(self) -> dict[str, Any]:
        """The footprint as plain values, down to the files."""
        return {
            "name": self.name,
            "total_bytes": self.total_bytes,
            "components": [
                {
                    "name": each.name,
                    "kind": each.kind,
                    "bytes": each.bytes,
                    "files": [{"name": file.name, "bytes": file.bytes} for file in each.files],
                }
                for each in self.components
            ],
        }

    def card(self) -> Card:
        """The footprint as a page: a row a component."""
        columns = (
            Column("component", mono=True),
            Column("kind"),
            Column("bytes", "right"),
            Column("%", "right"),
            Column("largest file", mono=True),
        )
        rows = tuple(
            (
                each.name,
                each.kind,
                f"{each.bytes:,}".replace(",", "\N{THIN SPACE}"),
                f"{100 * each.bytes / self.total_bytes:.1f}",
                each.files[0].name if len(each.files) > 1 else "",
            )
            for each in self.components
        )
        facts = (file_size(self.total_bytes), f"{len(self.components)} components", "the sum is the file")
        return Card(self.name, word="footprint of", facts=facts, tables=(Table(columns, rows),))


def footprint(image: Image) -> Footprint:
    """Who owns each byte of `image`.

    Raises `Refusal` when the map does not lie beside it, or is another image's.
    """
    if image.map_path is None:
        raise Refusal(
            f"{image.path}: an ELF alone has no footprint, its owners stand in {image.path.stem}.map beside it; "
            "build the image again."
        )
    content = image.path.read_bytes()
    sections = input_sections(image.map_path.read_text())
    kinds = KINDS | {each.name: each.kind for each in image.manifest.components}
    owned = _owned(parts(content), sections, len(content))
    if any(name not in kinds for name in owned):
        raise Refusal(f"{image.map_path}: it is not the map of {image.path}; build the image again.")
    components = [_component(name, kinds[name], files) for name, files in owned.items()]
    components.sort(key=lambda component: (-component.bytes, component.name))
    return Footprint(image.name, len(content), tuple(components))


Owned = dict[str, dict[str, dict[str, int]]]
"""Bytes by component, file, symbol."""


def _owned(all_parts: list[Part], sections: list[InputSection], total: int) -> Owned:
    owned: Owned = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    end = 0
    for part in all_parts:
        if part.offset > end:
            owned[PADDING]["between the file's parts"][f"before {part.name}"] += part.offset - end
        end = max(end, part.offset + part.bytes)
        if part.address is None:
            owned[ELF]["tables"][part.name] += part.bytes
            continue
        own = [each for each in sections if part.address <= each.address < part.address + part.bytes]
        at = part.address
        for section in sorted(own, key=lambda each: each.address):
            # Padding aligns what follows it, but nobody chose it: it is its own owner.
            if section.address > at:
                owned[PADDING]["between sections"][f"in {part.name}"] += section.address - at
            _add(owned, section)
            at = section.address + section.bytes
        if part.address + part.bytes > at:
            owned[PADDING]["between sections"][f"in {part.name}"] += part.address + part.bytes - at
    if total > end:
        owned[PADDING]["between the file's parts"]["at the end"] += total - end
    return owned


def _add(owned: Owned, section: InputSection) -> None:
    component = section.archive or LINKED_IN.get(section.file.partition(".")[0], section.file)
    symbols = owned[component][section.file]
    at, end = section.address, section.address + section.bytes
    for name, address, size in sorted(section.symbols, key=lambda symbol: symbol[1]):
        # Two names of one place, or one inside another, are counted once.
        start, stop = max(address, at), min(address + size, end)
        if start > at:
            symbols[UNNAMED] += start - at
        if stop > start:
            symbols[name] += stop - start
        at = max(at, stop)
    if end > at:
        symbols[UNNAMED] += end - at


def _component(name: str, kind: str, files: dict[str, dict[str, int]]) -> Component:
    made = []
    for file, symbols in files.items():
        ordered = tuple(Symbol(*item) for item in sorted(symbols.items(), key=lambda item: (-item[1], item[0])))
        made.append(File(file, sum(symbols.values()), ordered))
    made.sort(key=lambda file: (-file.bytes, file.name))
    return Component(name, kind, sum(file.bytes for file in made), tuple(made))
