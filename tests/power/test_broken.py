"""Disks that are full, broken, wrong or read-only, and a heap that is exhausted: the right exception, and the machine lives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.power import disks
from tests.power.scene import WHERE
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import OPEN, FatFs, LittleFs, VirtioBlock
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.machine.qemu import devices as qemu_devices
from unikernel.machine.vmm import Drive
from unikernel.stack import Stack
from unikernel.units import KIB, MIB

PATIENCE_S = 60
SIZE = 256 * KIB
Kind = type[LittleFs | FatFs]
KINDS = pytest.mark.parametrize("kind", [LittleFs, FatFs], ids=["LittleFs", "FatFs"])
APP = """
import gc, os, sys
def write(name, data, mode="wb"):
    with open("/fs/" + name, mode) as file: return file.write(data)
def read(name):
    with open("/fs/" + name, "rb") as file: return file.read()
def fill(name, size):
    count = 0
    try:
        while True:
            write(name + str(count), bytes(size))
            count += 1
    except OSError as error:
        return error.errno, count > 9
def exhaust():
    heap = []
    with open("/fs/long", "wb") as file:
        try:
            while True:
                heap.append(bytearray(256))
                file.write(b"0123456789")
        except MemoryError:
            count = len(heap)
            heap = None
    gc.collect()
    return count > 99, len(read("long")) >= count * 10
while True:
    line = sys.stdin.readline().strip()
    if not line: break
    try: print("ok", eval(line))
    except Exception as error: print(type(error).__name__, error.errno if isinstance(error, OSError) else "", error)
"""
REFUSED = "OSError 19 [Errno 19] ENODEV: fs: the disk data {}; it is left as it is"
UNKNOWN = "is not empty and holds no file system that {} can mount"
OTHER_SIZE = "has another size than the file system on it"
NOTHING = "ok None"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Image]:
    """One of each kind, in a folder of its own."""
    made: dict[Kind, Image] = {}
    for kind in (LittleFs, FatFs):
        folder = tmp_path_factory.mktemp(kind.__name__) / "build"
        folder.mkdir()
        disk = VirtioBlock(name="data", size=SIZE, read_only=OPEN(False))
        files = kind(name="fs", disk=disk, mount_point=WHERE)
        made[kind] = build(Stack.default("broken", App.from_text(APP)).add(disk).add(files), into=folder)
    return made


@pytest.fixture(autouse=True)
def clean(images: dict[Kind, Image]) -> Iterator[None]:
    """A disk of its own for each test."""
    yield
    for image in images.values():
        disk_of(image).unlink(missing_ok=True)


def disk_of(image: Image) -> Path:
    folder = image.path.parents[1] / "disks"
    folder.mkdir(exist_ok=True)
    return folder / "data.img"


def formatted(kind: Kind, size: int, folder: Path) -> bytes:
    """A disk that other hands made, with a file "kept" on it."""
    if kind is LittleFs:
        made = disks.little_fs(bytes(size), mount=False)
        made.format()
        made.mount()
        with made.open("kept", "wb") as file:
            file.write(b"k" * 1000)
        return bytes(made.context.buffer)
    path = folder / "fat.img"
    path.write_bytes(bytes(size))
    disks.tool("mkfs.fat", path)
    (folder / "kept").write_bytes(b"k" * 1000)
    disks.tool("mcopy", "-i", path, folder / "kept", "::kept")
    return path.read_bytes()


async def said(image: Image, *lines: str, read_only: bool = False) -> list[str]:
    """What the app says to each line; it reaches its end in any case."""
    parameters = {"data.read_only": True} if read_only else None
    machine = await boot(image, timeout_s=PATIENCE_S, parameters=parameters)
    await machine.console.send("\n".join([*lines, "'lives'", "", ""]))
    run = await machine.wait(PATIENCE_S)
    assert run.status == 0, run.transcript.text
    *answers, last = run.transcript.text.splitlines()
    assert last == "ok lives"
    return answers


@KINDS
async def test_a_full_disk_is_enospc_keeps_what_it_has_and_takes_more_when_there_is_room(
    images: dict[Kind, Image], kind: Kind
) -> None:
    answers = await said(
        images[kind],
        "write('kept', b'k' * 1000)",
        "write('big', bytes(400000))",
        "os.remove('/fs/big')",
        "fill('f', 600)",
        "os.mkdir('/fs/folder')",
        "read('kept') == b'k' * 1000",
        "os.remove('/fs/f0')",
        "write('new', b'n')",
        "os.rename('/fs/new', '/fs/newer')",
        "os.sync()",
        "read('newer')",
    )
    full = "OSError 28 [Errno 28] ENOSPC"
    assert answers == [
        *("ok 1000", full, NOTHING, "ok (28, True)", full, "ok True", NOTHING, "ok 1", NOTHING, NOTHING, "ok b'n'")
    ]


@KINDS
async def test_a_disk_of_another_size_than_formatted_is_refused_and_untouched(
    images: dict[Kind, Image], kind: Kind, tmp_path: Path
) -> None:
    content = formatted(kind, 2 * SIZE, tmp_path)[:SIZE]
    disk_of(images[kind]).write_bytes(content)
    refused = REFUSED.format(OTHER_SIZE)
    assert await said(images[kind], "os.listdir('/fs')", "write('x', b'x')", "os.sync()") == [refused, refused, NOTHING]
    assert disk_of(images[kind]).read_bytes() == content


@KINDS
@pytest.mark.parametrize("what", ["noise", "one byte near the end"])
async def test_a_disk_that_holds_something_else_is_refused_and_untouched(
    images: dict[Kind, Image], kind: Kind, what: str
) -> None:
    content = Random(1).randbytes(SIZE) if what == "noise" else bytes(SIZE - 4096) + b"\1" + bytes(4095)
    disk_of(images[kind]).write_bytes(content)
    refused = REFUSED.format(UNKNOWN.format(kind.__name__))
    lines = ("os.listdir('/fs')", "write('x', b'x')", "os.mkdir('/fs/x')", "os.sync()")
    assert await said(images[kind], *lines) == [refused, refused, refused, NOTHING]
    assert disk_of(images[kind]).read_bytes() == content


@KINDS
@pytest.mark.parametrize(("kind_of_access", "number"), [("read", 5), ("write", 5), ("flush", 5), ("write", 28)])
async def test_a_disk_gone_bad_is_eio(
    images: dict[Kind, Image],
    kind: Kind,
    kind_of_access: str,
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk_of(images[kind]).write_bytes(formatted(kind, SIZE, tmp_path))
    rule = f"inject-error.0.event=none,inject-error.0.iotype={kind_of_access},inject-error.0.errno={number}"
    whole = qemu_devices._back_end

    def bad(drive: Drive, node: str) -> list[str]:
        words = whole(drive, f"good.{node}")
        return [*words, "-blockdev", f"driver=blkdebug,node-name={node},image=good.{node},{rule}"]

    monkeypatch.setattr(qemu_devices, "_back_end", bad)
    answers = await said(
        images[kind], "read('kept') == b'k' * 1000", "write('new', b'n' * 700)", "os.remove('/fs/kept')"
    )
    broken = "OSError 5 [Errno 5] EIO"
    assert answers == ["ok True" if kind_of_access != "read" else broken, broken, broken]


@KINDS
async def test_a_read_only_disk_is_erofs_and_untouched(images: dict[Kind, Image], kind: Kind, tmp_path: Path) -> None:
    content = formatted(kind, SIZE, tmp_path)
    disk_of(images[kind]).write_bytes(content)
    lines = ("write('new', b'n')", "os.remove('/fs/kept')", "os.rename('/fs/kept', '/fs/new')", "os.mkdir('/fs/new')")
    answers = await said(images[kind], "read('kept') == b'k' * 1000", *lines, "os.sync()", read_only=True)
    assert answers == ["ok True", *["OSError 30 [Errno 30] EROFS"] * 4, NOTHING]
    assert disk_of(images[kind]).read_bytes() == content


@KINDS
async def test_a_blank_disk_that_is_read_only_is_not_formatted(images: dict[Kind, Image], kind: Kind) -> None:
    disk_of(images[kind]).write_bytes(bytes(SIZE))
    assert await said(images[kind], "os.listdir('/fs')", read_only=True) == ["OSError 30 [Errno 30] EROFS"]
    assert disk_of(images[kind]).read_bytes() == bytes(SIZE)


@KINDS
async def test_a_heap_exhausted_while_writing_loses_nothing_that_was_written(
    images: dict[Kind, Image], kind: Kind
) -> None:
    answers = await said(images[kind], "write('kept', b'k' * 1000)", "exhaust()", "read('kept') == b'k' * 1000")
    assert answers == ["ok 1000", "ok (True, True)", "ok True"]


async def test_files_that_the_memory_cannot_hold_are_refused(tmp_path: Path) -> None:
    app = App({"main.py": b"", "data.bin": Random(1).randbytes(9 * MIB)})
    image = build(Stack.default("large", app), into=tmp_path)
    with pytest.raises(Refusal, match='memory: 8 MiB is too little for "large"; the least that works is'):
        await boot(image)


@KINDS
async def test_an_app_can_hand_a_file_system_nothing_but_a_disk(images: dict[Kind, Image], kind: Kind) -> None:
    make = "[files for files, place in __import__('vfs').mount() if place == '/fs'][0].mkfs"
    answers = await said(images[kind], f"{make}(5)", f"{make}(bytearray(64))", f"{make}(None)", "os.listdir('/fs')")
    assert answers == [*["TypeError  a disk of the stack is needed"] * 3, "ok []"]
