"""Which line of source an address belongs to, by the line tables of a debug ELF.

Source: DWARF 5, sections 2.17.3 "Non-Contiguous Address Ranges" and 6.2 "Line Number Information"; `pyelftools` reads
them.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lines:
    """The lines of an ELF. A unit's table is read when one of its addresses is asked for: all of them take a second."""

    def __init__(self, file: BinaryIO) -> None:
        """Of an open file, which must stay open. Raises what `pyelftools` raises for one that is none."""
        from elftools.elf.elffile import ELFFile  # noqa: PLC0415 - only a panic needs it

        elf = ELFFile(file)
        self._dwarf: Any = elf.get_dwarf_info() if elf.has_dwarf_info() else None
        # What the linker dropped was left at address 0 or 1.
        self._ranges = sorted(each for each in self._all_ranges() if each[0] > 1) if self._dwarf else []
        self._tables: dict[int, list[tuple[int, str]]] = {}

    def place(self, address: int) -> str:
        """``kernel_src/core/panic.c:12``; empty where no table has the address."""
        index = bisect_right(self._ranges, address, key=lambda entry: entry[0]) - 1
        if index < 0 or address >= self._ranges[index][1]:
            return ""
        offset = self._ranges[index][2]
        if offset not in self._tables:
            self._tables[offset] = sorted(self._table(self._dwarf.get_CU_at(offset)))
        table = self._tables[offset]
        row = bisect_right(table, address, key=lambda entry: entry[0]) - 1
        return table[row][1] if row >= 0 else ""

    def _all_ranges(self) -> Iterator[tuple[int, int, int]]:
        """Begin, end and the unit's offset, of all that units were compiled to."""
        lists = self._dwarf.range_lists()
        for unit in self._dwarf.iter_CUs():
            attributes = unit.get_top_DIE().attributes
            base = attributes["DW_AT_low_pc"].value if "DW_AT_low_pc" in attributes else 0
            if "DW_AT_ranges" in attributes:
                for entry in lists.get_range_list_at_offset(attributes["DW_AT_ranges"].value, unit):
                    if hasattr(entry, "base_address"):
                        base = entry.base_address
                        continue
                    start = 0 if entry.is_absolute else base
                    yield start + entry.begin_offset, start + entry.end_offset, unit.cu_offset
            elif "DW_AT_high_pc" in attributes:
                high = attributes["DW_AT_high_pc"]
                yield base, high.value + (0 if high.form == "DW_FORM_addr" else base), unit.cu_offset

    def _table(self, unit: Any) -> Iterator[tuple[int, str]]:
        """Address and ``file:line``, of one unit; where a sequence ends, no line."""
        program = self._dwarf.line_program_for_CU(unit)
        for entry in program.get_entries() if program else ():
            state = entry.state
            if state is not None:
                yield state.address, "" if state.end_sequence else _place(program, state.file, state.line)


def _place(program: Any, number: int, line: int) -> str:
    """A file of a line program, with the folder that its name is relative to, and the line; 0 is none."""
    entry = program["file_entry"][number]
    folder = program["include_directory"][entry.dir_index].decode("utf-8", "replace")
    name = entry.name.decode("utf-8", "replace")
    path = name if name.startswith(("/", "kernel_src/")) or folder in ("", ".") else f"{folder}/{name}"
    return f"{path}:{line}" if line else path
