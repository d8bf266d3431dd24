"""LittleFs and another implementation, littlefs-python, on one disk: each reads what the other wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.devices.hands import READER, TREE, WRITER, WRITTEN, image, said, seen
from tests.power.disks import little_fs, little_tree
from tests.power.workload import FOLDER, digests
from unikernel.devices import LittleFs
from unikernel.units import KIB, MIB


@pytest.mark.parametrize("size", [512 * KIB, 8 * MIB])
async def test_others_read_what_a_machine_wrote(size: int, tmp_path: Path) -> None:
    await said(image(LittleFs, WRITER, tmp_path), size)
    assert little_tree((tmp_path / "disks" / "data.img").read_bytes()) == WRITTEN


@pytest.mark.parametrize("size", [512 * KIB, 8 * MIB])
async def test_a_machine_reads_what_others_wrote(size: int, tmp_path: Path) -> None:
    made = little_fs(bytes(size), mount=False)
    made.format()
    made.mount()
    for path, data in TREE.items():
        if data is FOLDER:
            made.mkdir(path)
        else:
            with made.open(path, "wb") as file:
                file.write(data)
    (tmp_path / "disks").mkdir()
    (tmp_path / "disks" / "data.img").write_bytes(made.context.buffer)
    assert await seen(image(LittleFs, READER, tmp_path), size) == digests(TREE)
