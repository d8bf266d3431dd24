"""Tab after the magic: verbs, names, devices, options and their values."""

from tests.unit.cell import Cell, cell
from unikernel.notebook.guide import VERBS

__all__ = ["cell"]


def tab(cell: Cell, line: str) -> set[str]:
    _, matches = cell.shell.complete(text=None, line=line, cursor_pos=len(line))
    return set(matches)


def test_verbs(cell: Cell) -> None:
    assert tab(cell, "%unikernel ") >= set(VERBS)
    assert tab(cell, "%unikernel bo") == {"boot"}
    assert tab(cell, "%%unikernel ap") == {"app"}


def test_names_of_apps(cell: Cell) -> None:
    cell.run("%%unikernel app hello\nx = 1")
    cell.run("%%unikernel app heron\nx = 1")
    assert tab(cell, "%unikernel build he") == {"hello", "heron"}
    assert tab(cell, "%unikernel boot hel") == {"hello"}


def test_names_of_machines(cell: Cell) -> None:
    cell.run("%%unikernel app hello\nx = 1")
    cell.run("%unikernel boot --name mine")
    assert tab(cell, "%unikernel console mi") == {"mine"}


def test_devices(cell: Cell) -> None:
    assert tab(cell, "%unikernel devices R") == {"RamDisk", "RawIo", "RawMemory", "Rdrand", "RomFiles", "Repl", "RomKv"}


def test_options_and_their_values(cell: Cell) -> None:
    assert tab(cell, "%unikernel boot --me") == {"--memory"}
    assert {"--timeout", "--target"} <= tab(cell, "%unikernel boot --t")
    assert tab(cell, "%unikernel boot --target x") == {"x86_64-microvm", "x86_64-q35"}
    assert tab(cell, "%unikernel build --memory 1") == {"16M", "128M"}
    assert tab(cell, "%unikernel plot f") == {"footprint"}
