"""FatFs and other systems' tools, mtools and fsck.fat, on one disk: each reads what the other wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.devices.hands import READER, TREE, WRITER, WRITTEN, image, said, seen
from tests.power.disks import fat_tree, tool
from tests.power.workload import FOLDER, digests
from unikernel.devices import FatFs
from unikernel.units import KIB, MIB

SIZES = {12: 512 * KIB, 16: 16 * MIB, 32: 48 * MIB}
"""The width of the table's entries, and a disk that has such a table."""


def assert_clean(disk: Path) -> None:
    """fsck.fat finds nothing at all."""
    assert len(tool("fsck.fat", "-n", disk).splitlines()) == 2


@pytest.mark.parametrize("size", [512 * KIB, 16 * MIB, 600 * MIB])
async def test_others_read_what_a_machine_wrote(size: int, tmp_path: Path) -> None:
    await said(image(FatFs, WRITER, tmp_path), size)
    disk = tmp_path / "disks" / "data.img"
    assert_clean(disk)
    assert fat_tree(disk, tmp_path / "out") == WRITTEN


@pytest.mark.parametrize("width", [12, 16, 32])
async def test_a_machine_reads_what_others_wrote_and_goes_on_writing(width: int, tmp_path: Path) -> None:
    source, disk, size = tmp_path / "in", tmp_path / "disks" / "data.img", SIZES[width]
    disk.parent.mkdir()
    with disk.open("xb") as file:
        file.truncate(size)
    tool("mkfs.fat", "-F", str(width), disk)
    for path, data in TREE.items():
        place = source / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if data is FOLDER:
            place.mkdir()
        else:
            place.write_bytes(data)
    tool("mcopy", "-s", "-i", disk, *sorted(source.iterdir()), "::")
    assert await seen(image(FatFs, READER, tmp_path), size) == digests(TREE)
    more = "import os\nos.remove('/fs/large')\nwith open('/fs/folder/more', 'wb') as f: f.write(b'm' * 9999)\n"
    await said(image(FatFs, more, tmp_path), size)
    assert_clean(disk)
    after = {path: data for path, data in TREE.items() if path != "large"} | {"folder/more": b"m" * 9999}
    assert fat_tree(disk, tmp_path / "out") == after


RENAMES = """
import os
def put(name, size):
    with open("/fs/" + name, "wb") as file: file.write(bytes(size))
for i in range(40):
    put("f%d" % i, i * 100)
for i in range(5):
    os.remove("/fs/f%d" % i)
before = os.stat("/fs/f38")[6:]
os.rename("/fs/f39", "/fs/F39")
os.rename("/fs/f38", "/fs/another sector")
os.rename("/fs/f37", "/fs/f36")
print(before == os.stat("/fs/another sector")[6:], before[0])
try: os.rename("/fs/f35", "/fs/nowhere/f35")
except OSError as error: print(error)
try: os.rename("/fs/none", "/fs/f35")
except OSError as error: print(error)
"""


async def test_a_file_keeps_content_and_time_whatever_its_new_name(tmp_path: Path) -> None:
    said_so = await said(image(FatFs, RENAMES, tmp_path), 512 * KIB)
    assert said_so.splitlines() == ["True 3800", "[Errno 2] ENOENT", "[Errno 2] ENOENT"]
    disk = tmp_path / "disks" / "data.img"
    assert_clean(disk)
    tree = {f"f{i}": bytes(i * 100) for i in range(5, 36)}
    tree |= {"F39": bytes(3900), "another sector": bytes(3800), "f36": bytes(3700)}
    assert fat_tree(disk, tmp_path / "out") == tree
