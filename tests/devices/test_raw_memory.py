"""RawMemory: an image that has it can name addresses, and no other holds the code for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import RawMemory
from unikernel.machine.boot import boot
from unikernel.machine.panic import Symbols
from unikernel.stack import Stack

PATIENCE_S = 20
ADDRESSES_MEMORY = ("machine_mem_subscr", "uctypes_struct_attr", "mp_module_machine", "mp_module_uctypes")
APP = """
import machine, uctypes
memory = bytearray(b"abcd")
address = uctypes.addressof(memory)
machine.mem8[address] = 65
print(memory, machine.mem16[address + 2] == 0x6463)
"""


def stack(app: str) -> Stack:
    return Stack.default("raw", App.from_text(app))


def symbols(image: Image) -> set[str]:
    assert image.debug_path is not None
    return {name for _, _, name in Symbols.read(image.debug_path).table}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("raw")


async def test_memory_is_read_and_written_by_its_address(folder: Path) -> None:
    image = build(stack(APP).add(RawMemory()), into=folder)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert run.transcript.data == b"bytearray(b'Abcd') True\r\n"
    assert set(ADDRESSES_MEMORY) <= symbols(image)


async def test_without_it_there_is_neither_code_nor_name(folder: Path) -> None:
    app = "try:\n    import uctypes\nexcept ImportError as error: print(error)\nhelp('modules')\n"
    image = build(stack(app), into=folder)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    said = run.transcript.data.decode()
    assert said.startswith("no module named 'uctypes'\r\n")
    assert not {"machine", "uctypes"} & set(said.split()[4:])
    assert not set(ADDRESSES_MEMORY) & symbols(image)


def test_the_manifest_names_it(folder: Path) -> None:
    image = build(stack(APP).add(RawMemory()), into=folder)
    assert "RawMemory" in image.manifest.note().decode("utf-8", "replace")
