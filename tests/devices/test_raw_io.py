"""RawIo: an image that has it can name I/O ports, and no other holds the code or the names for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import RawIo
from unikernel.machine.boot import boot
from unikernel.machine.panic import Symbols
from unikernel.stack import Stack

PATIENCE_S = 20
METHODS = tuple(f"{verb}{bits}" for verb in ("read", "write") for bits in (8, 16, 32))
APP = """
import unikernel
io = unikernel.device("rawio")
io.write8(0x3FF, 0xA5)
print(hex(io.read8(0x3FF)))
io.write16(0x3FE, 0x5A00)
print(hex(io.read8(0x3FF)), hex(io.read16(0x3FE) >> 8), hex(io.read32(0x3FC) >> 24))
io.write32(0x3FC, io.read32(0x3FC) & 0xFFFFFF | 0x42000000)
print(hex(io.read8(0x3FF)))
for wrong in (lambda: io.read8(65536), lambda: io.write8(0x3FF, 256), lambda: io.write32(0x3FF, -1)):
    try:
        wrong()
    except ValueError as error:
        print(error)
"""
"""Of a serial port the last register only remembers a byte: PC16550D, section 8.8."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("io")


def symbols(image: Image) -> set[str]:
    assert image.debug_path is not None
    return {name for _, _, name in Symbols.read(image.debug_path).table}


async def test_ports_are_read_and_written_by_their_number(folder: Path) -> None:
    image = build(Stack.default("io", App.from_text(APP)).add(RawIo()), into=folder)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert run.transcript.text.splitlines() == [
        "0xa5",
        "0x5a 0x5a 0x5a",
        "0x42",
        "65536 is not within 0 and 65535",
        "256 is not within 0 and 255",
        "-1 is not within 0 and 4294967295",
    ]
    assert {f"raw_io_{name}" for name in METHODS} <= symbols(image)
    assert "RawIo" in {each.class_name for each in image.manifest.devices}


async def test_without_it_there_is_neither_code_nor_name(folder: Path) -> None:
    app = "import unikernel\nprint([each.class_name for each in unikernel.devices()])\nunikernel.device('rawio')\n"
    image = build(Stack.default("none", App.from_text(app)), into=folder)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    devices, *_, refused = run.transcript.text.splitlines()
    assert "RawIo" not in devices
    assert refused == "ValueError: there is no device rawio: see unikernel.devices()"
    assert not [name for name in symbols(image) if "raw_io" in name]
    assert "RawIo" not in {each.class_name for each in image.manifest.devices}
    assert not [name for name in METHODS if name.encode() in image.path.read_bytes()]
