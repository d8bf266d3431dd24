"""What of a machine's memory is in use when its app writes its first line, and by whom.

The host gives a machine its memory page by page, as it is touched: by the VMM, which loads the image, or by the machine.
Which pages were given says what is in use; where the image's segments, the stacks and the heap lie says whose they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from elftools.elf.elffile import ELFFile

from unikernel.table import Card, Column, Shown, Table
from unikernel.units import memory

if TYPE_CHECKING:
    from unikernel.build.image import Image
    from unikernel.machine.run import Run

Range = tuple[int, int]
"""Start and end, guest-physical."""

PAGE_BYTES: Final = 4096
LOW_BYTES: Final = 1 << 20
"""Below the image; a machine counts little of it as memory."""
_FLAGS: Final = ((4, "r"), (2, "w"), (1, "x"))
_SEGMENTS: Final = {"r-x": "code", "r--": "constants", "rw-": "data"}


@dataclass(frozen=True)
class Region:
    """A range of the memory: its owner, what may be done there (``r-x``; empty where nobody says), its pages in use."""

    name: str
    permissions: str
    start: int
    end: int
    used: tuple[Range, ...]

    @property
    def bytes(self) -> int:
        """All of it."""
        return self.end - self.start

    @property
    def used_bytes(self) -> int:
        """Of the pages in use."""
        return sum(end - start for start, end in self.used)


@dataclass(frozen=True)
class MemoryUse(Shown):
    """The whole memory, as regions without gaps, by address."""

    name: str
    regions: tuple[Region, ...]

    @property
    def total_bytes(self) -> int:
        """What the machine has."""
        return self.regions[-1].end

    @property
    def used_bytes(self) -> int:
        """What it has in use."""
        return sum(region.used_bytes for region in self.regions)

    def card(self) -> Card:
        """The regions as a page."""
        columns = (
            Column("from", "right", mono=True),
            Column("region"),
            Column("may", mono=True),
            Column("size", "right"),
            Column("in use", "right"),
        )
        rows = tuple(
            (f"{each.start:#x}", each.name, each.permissions, memory(each.bytes), memory(each.used_bytes))
            for each in self.regions
        )
        facts = (f"{memory(self.used_bytes)} of {memory(self.total_bytes)} in use at the first line",)
        return Card(self.name, word="memory of", facts=facts, tables=(Table(columns, rows),))


def memory_use(run: Run, image: Image) -> MemoryUse | None:
    """Whose the memory is that `run` had in use at its first line; None where it wrote none.

    The machine is not trusted: a heap that cannot be where it says is left out.
    """
    if not run.touched:
        return None
    owners = [*_segments(image)]
    owners.append(("stacks", "rw-", (owners[-1][2][1] if owners else 0, image.place.image_end)))
    heap = _heap(run, image)
    if heap is not None:
        owners.append(("heap", "rw-", heap))
    total = max(run.touched[-1][1], owners[-1][2][1])
    regions: list[Region] = []
    at = 0
    for name, permissions, (start, end) in owners:
        if start > at:
            regions.append(_region(_between(name), "", (at, start), run.touched))
        if end > max(start, at):
            regions.append(_region(name, permissions, (max(start, at), end), run.touched))
            at = end
    if total > at:
        regions.append(_region("the rest", "", (at, total), run.touched))
    return MemoryUse(run.name, tuple(regions))


def _heap(run: Run, image: Image) -> Range | None:
    """Where the machine says that its heap is, if that can be."""
    found = run.records.memory
    end = found.heap_start + found.heap_bytes
    fits = image.place.image_end <= found.heap_start < end <= found.total_bytes + LOW_BYTES
    return (found.heap_start, end) if fits else None


def _between(name: str) -> str:
    """What lies before a region."""
    return {"code": "left by the VMM", "heap": "devices"}.get(name, "between")


def _segments(image: Image) -> list[tuple[str, str, Range]]:
    """What is loaded, in whole pages. Source: System V ABI, "Program Header"."""
    found = []
    with image.path.open("rb") as file:
        for segment in ELFFile(file).iter_segments():
            if segment["p_type"] == "PT_LOAD":
                may = "".join(letter if segment["p_flags"] & bit else "-" for bit, letter in _FLAGS)
                start = segment["p_vaddr"] // PAGE_BYTES * PAGE_BYTES
                end = -(-(segment["p_vaddr"] + segment["p_memsz"]) // PAGE_BYTES) * PAGE_BYTES
                found.append((_SEGMENTS.get(may, "image"), may, (start, end)))
    return found


def _region(name: str, permissions: str, place: Range, touched: tuple[Range, ...]) -> Region:
    start, end = place
    cut = ((max(first, start), min(last, end)) for first, last in touched)
    return Region(name, permissions, start, end, tuple(each for each in cut if each[0] < each[1]))
