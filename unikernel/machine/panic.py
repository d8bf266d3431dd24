"""A panic as people read it: the record out of the machine's memory, with addresses named by the debug ELF beside the
image.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from unikernel.abi import PanicCause
from unikernel.machine.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from unikernel.abi import Panic

_CAUSES: Final = {
    PanicCause.EXCEPTION: "exception",
    PanicCause.ASSERTION: "broken promise",
    PanicCause.STACK_SMASHED: "stack smashed",
    PanicCause.STACK_OVERFLOW: "stack overflow",
    PanicCause.OUT_OF_MEMORY: "out of memory",
}

# Intel SDM volume 3, 6.15: the exceptions by vector.
_EXCEPTIONS: Final = {
    0: "divide error",
    1: "debug exception",
    2: "non-maskable interrupt",
    3: "breakpoint",
    4: "overflow",
    5: "bound range exceeded",
    6: "invalid opcode",
    7: "no floating point",
    8: "double fault",
    10: "invalid task state",
    11: "segment not present",
    12: "stack fault",
    13: "general protection fault",
    14: "page fault",
    16: "floating point error",
    17: "alignment check",
    18: "machine check",
    19: "SIMD floating point error",
    21: "control protection fault",
}
_PAGE_FAULT: Final = 14


@dataclass(frozen=True)
class Frame:
    """One address of a panic: ``symbol+0x12``; `symbol` is empty where nobody owns it or no debug ELF lies beside the
    image. `place` is the line of source, ``kernel_src/core/panic.c:12``, where that is known.
    """

    address: int
    symbol: str = ""
    offset: int = 0
    place: str = ""

    def __str__(self) -> str:
        """With the symbol where it is known."""
        name = f"{self.address:#x} {self.symbol}+{self.offset:#x}" if self.symbol else f"{self.address:#x}"
        return f"{name}, {self.place}" if self.place else name


@dataclass(frozen=True)
class PanicReport:
    """What the machine left to say; `where` is the instruction, `backtrace` starts with the innermost caller."""

    cause: str
    message: str
    where: Frame
    backtrace: tuple[Frame, ...]
    registers: tuple[tuple[str, int], ...]
    address: int | None
    python_file: str
    python_line: int

    @property
    def python(self) -> str:
        """The line of the app that ran, ``main.py, line 3``; empty when no Python was running."""
        return f"{self.python_file}, line {self.python_line}" if self.python_file else ""

    @property
    def summary(self) -> str:
        """Half a sentence: ``page fault of address 0x10 in uart16550_open+0x4 (main.py, line 3)``."""
        text = self.message or self.cause
        if self.address is not None:
            text += f" of address {self.address:#x}"
        if self.where.address:
            text += f" at {self.where}"
        return f"{text} ({self.python})" if self.python else text

    def __str__(self) -> str:
        """The summary, the frames, the registers."""
        lines = [f"panic: {self.summary}", *(f"  called from {frame}" for frame in self.backtrace)]
        values = [f"{name:>6} {value:016x}" for name, value in self.registers]
        lines += ["  ".join(values[start : start + 4]) for start in range(0, len(values), 4)]
        return "\n".join(lines)


def report(panic: Panic, debug_path: Path | None) -> PanicReport:
    """Name the addresses of a panic record by the symbols and lines in `debug_path`, an ELF; without it they stay
    numbers.
    """
    addresses = (dict(panic.registers).get("rip", 0), *panic.backtrace)
    # A return address may be the next function's first: look up the call itself.
    where, *backtrace = _frames(zip(addresses, (0, *(-1 for _ in panic.backtrace)), strict=True), debug_path)
    cause = _CAUSES.get(panic.cause, panic.cause.name.lower())
    if panic.cause is PanicCause.EXCEPTION:
        cause = _EXCEPTIONS.get(panic.vector, f"exception {panic.vector}")
    has_address = panic.cause is PanicCause.STACK_OVERFLOW or (
        panic.cause is PanicCause.EXCEPTION and panic.vector == _PAGE_FAULT
    )
    return PanicReport(
        cause=cause,
        message=panic.message,
        where=where,
        backtrace=tuple(backtrace),
        registers=panic.registers,
        address=panic.address if has_address else None,
        python_file=panic.python_file,
        python_line=panic.python_line,
    )


def _frames(addresses: Iterable[tuple[int, int]], debug_path: Path | None) -> list[Frame]:
    """Each address, looked up an offset away from it; what is no ELF, or a damaged one, names nothing."""
    symbols = Symbols.read(debug_path) if debug_path else Symbols(())
    frames = [(symbols.frame(address, offset), address + offset) for address, offset in addresses]
    if debug_path:
        # pyelftools raises whatever a damaged table leads it to.
        with contextlib.suppress(Exception), debug_path.open("rb") as file:
            lines = Lines(file)
            return [replace(frame, place=lines.place(sought)) for frame, sought in frames]
    return [frame for frame, _ in frames]


@dataclass(frozen=True)
class Symbols:
    """Functions and objects of an ELF as (start, size, name), by address."""

    table: tuple[tuple[int, int, str], ...]

    @classmethod
    def read(cls, path: Path) -> Symbols:
        """Empty where the file cannot be read or is no ELF: a panic is shown all the same."""
        from elftools.common.exceptions import ELFError  # noqa: PLC0415 - only a panic needs it
        from elftools.elf.elffile import ELFFile  # noqa: PLC0415
        from elftools.elf.sections import SymbolTableSection  # noqa: PLC0415

        found: list[tuple[int, int, str]] = []
        try:
            with path.open("rb") as file:
                table = ELFFile(file).get_section_by_name(".symtab")
                if isinstance(table, SymbolTableSection):
                    found = [
                        (symbol["st_value"], symbol["st_size"], symbol.name)
                        for symbol in table.iter_symbols()
                        if symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT", "STT_NOTYPE")
                        and symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS")
                        and symbol.name
                    ]
        except (OSError, ELFError, ValueError):
            return cls(())
        # Of several symbols at one address the sized one, such as the function itself, comes last and wins.
        return cls(tuple(sorted(found)))

    def frame(self, address: int, lookup_offset: int = 0) -> Frame:
        """The symbol that holds `address`, looked up `lookup_offset` away from it."""
        sought = address + lookup_offset
        index = bisect_right(self.table, sought, key=lambda entry: entry[0]) - 1
        if index < 0:
            return Frame(address)
        start, size, name = self.table[index]
        # Assembly labels have no size: they reach to the next symbol.
        if size and sought >= start + size:
            return Frame(address)
        return Frame(address, name, address - start)
