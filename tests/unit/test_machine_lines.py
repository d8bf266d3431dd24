"""Addresses as lines of source: of a whole image, and of files that are no ELF or a damaged one."""

import re
from pathlib import Path

import pytest

from unikernel import abi
from unikernel.app import App
from unikernel.build import Image, build
from unikernel.build.components import KERNEL_SRC
from unikernel.machine.lines import Lines
from unikernel.machine.panic import Symbols, report
from unikernel.stack import Stack


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build(Stack.default("lines", App.from_text("print(1)")), into=tmp_path_factory.mktemp("lines"))


def panic_at(address: int, *callers: int) -> abi.Panic:
    registers = tuple((name, address if name == "rip" else 0) for name in abi.REGISTERS)
    return abi.Panic(abi.PanicCause.ASSERTION, 0, 0, 0, registers, callers, "promise", "", 0)


def test_a_functions_address_is_the_line_that_begins_it(image: Image) -> None:
    assert image.debug_path
    with image.debug_path.open("rb") as file:
        lines = Lines(file)
        found = {name: lines.place(start) for start, _, name in Symbols.read(image.debug_path).table}
    for name in ("kernel_start", "machine_panic", "app_main"):
        path, _, line = found[name].partition(":")
        assert name in Path(KERNEL_SRC.parent, path).read_text().splitlines()[int(line) - 1]
    assert re.fullmatch(r"kernel_src/arch/x86_64/entry\.S:\d+", found["entry_long"])
    assert re.fullmatch(r"micropython-[^/]*/py/runtime\.c:\d+", found["mp_init"])
    assert re.fullmatch(r"musl-[^/]*/src/string/.*memcpy\.\w:\d+", found["memcpy"])


def test_what_is_no_code_has_no_line(image: Image) -> None:
    assert image.debug_path
    with image.debug_path.open("rb") as file:
        lines = Lines(file)
        assert [lines.place(address) for address in (0, 1, 5, image.place.records_address, 1 << 60, -1)] == [""] * 6


def test_a_panic_names_lines_and_a_caller_is_looked_up_in_its_call(image: Image) -> None:
    assert image.debug_path
    start, size, _ = next(row for row in Symbols.read(image.debug_path).table if row[2] == "kernel_start")
    told = report(panic_at(start, start + size), image.debug_path)
    assert re.fullmatch(rf"{start:#x} kernel_start\+0x0, kernel_src/core/start\.c:\d+", str(told.where))
    assert told.backtrace[0].place.startswith("kernel_src/core/start.c")
    assert str(told.where) in told.summary


def test_the_image_itself_carries_no_lines(image: Image) -> None:
    assert image.debug_path
    assert b".debug_line" in image.debug_path.read_bytes()
    assert b".debug_" not in image.path.read_bytes()


def test_a_damaged_debug_elf_still_gives_a_report(image: Image, tmp_path: Path) -> None:
    assert image.debug_path
    whole = image.debug_path.read_bytes()
    damaged = tmp_path / "damaged.elf"
    scribbled = bytearray(whole)
    for offset in range(len(whole) // 2, len(whole), 97):
        scribbled[offset] ^= 0x5A
    for content in (b"", b"no ELF", whole[:5000], whole[: len(whole) // 2], bytes(scribbled)):
        damaged.write_bytes(content)
        assert report(panic_at(0x123456, 0x123457), damaged).where.address == 0x123456
    assert report(panic_at(1), tmp_path / "none").where.place == ""
