"""Footprints: exact for a real image, and padding belongs to nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.errors import Refusal
from unikernel.measure.footprint import footprint
from unikernel.measure.link_map import input_sections
from unikernel.stack import Stack

MAP = """\
             VMA              LMA     Size Align Out     In      Symbol
          100000           100000        8    16 .text
          100000           100000        0     1         text_start = .
          100000           100000        5     1         core.a(core/a.c.o):(.text.f)
          100000           100000        5     1                 f
          100008           100008        2     1         rom.bin:(.data)
          10000a           10000a        0     1         core.a(core/a.c.o):(.text.empty)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    stack = Stack.default("measured", App({"main.py": b"print(1)\n", "data.bin": b"x" * 5000}))
    return build(stack, into=tmp_path_factory.mktemp("image"))


def test_a_map_is_read_by_archive_file_and_symbol() -> None:
    first, second = input_sections(MAP)
    assert (first.archive, first.file, first.bytes, first.symbols) == ("core", "core/a.c", 5, [("f", 0x100000, 5)])
    assert (second.archive, second.file, second.bytes) == ("", "rom.bin", 2)


def test_the_sum_is_the_file(image: Image) -> None:
    found = footprint(image)
    assert sum(each.bytes for each in found.components) == found.total_bytes == image.path.stat().st_size
    for component in found.components:
        assert sum(file.bytes for file in component.files) == component.bytes
        for file in component.files:
            assert sum(symbol.bytes for symbol in file.symbols) == file.bytes


def test_the_app_owns_its_data(image: Image) -> None:
    app = next(each for each in footprint(image).components if each.name == "app")
    assert 5000 < app.bytes < 5300


def test_every_driver_of_the_stack_is_an_owner(image: Image) -> None:
    names = {each.name for each in footprint(image).components}
    assert {"uart16550", "tsc_clock", "rdrand", "rom_files", "repl", "micropython", "libc", "core", "arch"} <= names
    assert "log" not in names


def test_an_elf_alone_has_no_footprint(image: Image) -> None:
    with pytest.raises(Refusal, match="an ELF alone has no footprint"):
        footprint(replace(image, map_path=None))


def test_the_map_of_another_image_is_refused(image: Image, tmp_path: Path) -> None:
    other = tmp_path / "other.map"
    other.write_text("          100000           100000        5     1         strange.a(x.c.o):(.text)\n")
    with pytest.raises(Refusal, match="not the map of"):
        footprint(replace(image, map_path=other))
