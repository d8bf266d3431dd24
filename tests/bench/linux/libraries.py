"""What a dynamically linked program needs to start."""

from __future__ import annotations

from pathlib import Path

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import StringTableSection

from unikernel.errors import Refusal


def needed(program: Path, folder: Path) -> tuple[Path, ...]:
    """The shared libraries of `program`, and theirs, as files in `folder`; a link is followed, its name kept.

    Raises `Refusal` for one that `folder` lacks.
    """
    found: dict[str, Path] = {}
    open_ends = [program]
    while open_ends:
        for name in _named(open_ends.pop()):
            if name in found:
                continue
            path = folder / name
            if not path.exists():
                raise Refusal(f"linux: {program.name} needs {name}, which is not in {folder}; run unikernel clean.")
            found[name] = path
            open_ends.append(path)
    return tuple(found[name] for name in sorted(found))


def interpreter(program: Path) -> str:
    """The path of the program that loads `program`, as the ELF names it."""
    with program.open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_INTERP"):
            return segment.data().rstrip(b"\0").decode()
    raise Refusal(f"linux: {program} is not linked dynamically; run unikernel clean to have it fetched again.")


def _named(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        for section in ELFFile(file).iter_sections("SHT_DYNAMIC"):
            if isinstance(section, DynamicSection):
                names = section.elffile.get_section(section["sh_link"])
                assert isinstance(names, StringTableSection), f"{path}: its dynamic section has no names"
                return tuple(names.get_string(tag.entry.d_val) for tag in section.iter_tags("DT_NEEDED"))
    return ()
