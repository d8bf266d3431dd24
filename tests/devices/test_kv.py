"""LittleKv and RomKv: what they keep, what they refuse, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import LittleFs, LittleKv, RamDisk, RomKv, VirtioBlock
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.plan import resolve
from unikernel.stack import Stack
from unikernel.units import KIB

PATIENCE_S = 30
TRY = """
import unikernel
kv = unikernel.device("kv")
def attempt(function, *arguments):
    try:
        return function(*arguments)
    except (KeyError, OSError, ValueError) as error:
        return type(error).__name__ + ": " + str(error)
"""
DISK = RamDisk(name="disk", size=256 * KIB)


def stack(app: str, device: LittleKv | RomKv, **files: bytes) -> Stack:
    return Stack.default("kv", App({"main.py": (TRY + app).encode(), **files})).add(device)


async def said(made: Stack, folder: Path) -> list[str]:
    run = await (await boot(build(made, into=folder), timeout_s=PATIENCE_S)).wait()
    assert run.status == 0, run.transcript.text
    return run.transcript.text.splitlines()


def on_disk(app: str) -> Stack:
    return stack(app, LittleKv(name="kv", files=LittleFs(disk=DISK)))


async def test_values_are_set_found_listed_replaced_and_removed(tmp_path: Path) -> None:
    app = """
print(kv.list())
kv.set("b", b"\\x00\\xff")
kv.set("a.txt", "grün")
kv.set("a.txt", bytearray(b"red"))
print(kv.list(), kv.get("b"), kv.get("a.txt"), kv.get("c", 7))
kv.remove("b")
print(kv.list(), unikernel.device("kv").get("a.txt"), kv)
import os
print(os.listdir("/data/kv"), open("/data/kv/a.txt").read())
"""
    assert await said(on_disk(app), tmp_path) == [
        "[]",
        "['a.txt', 'b'] b'\\x00\\xff' b'red' 7",
        "['a.txt'] b'red' <LittleKv kv>",
        "['a.txt'] red",
    ]


async def test_what_is_no_key_or_no_value_is_told(tmp_path: Path) -> None:
    app = """
kv.set("k" * 64, b"x" * 65536)
print(len(kv.get("k" * 64)))
for key in ("", "k" * 65, ".new", "a/b", "grün", 7):
    print(attempt(kv.set, key, b""))
for value in (b"x" * 65537, 7, None):
    print(attempt(kv.set, "key", value))
print(attempt(kv.get, "key"), attempt(kv.remove, "key"), sep="; ")
print(attempt(kv.get, "../main.mpy"))
"""
    no_key = "ValueError: {} is no key: use 1 to 64 of a-z, A-Z, 0-9, dots, _ and -, no dot first"
    keys = ("''", repr("k" * 65), "'.new'", "'a/b'", "'gr\\xfcn'", "7")
    assert await said(on_disk(app), tmp_path) == [
        "65536",
        *(no_key.format(key) for key in keys),
        "ValueError: a value has at most 65536 bytes, this one 65537",
        "ValueError: a value is bytes, or a text",
        "ValueError: a value is bytes, or a text",
        "KeyError: kv has no key key; KeyError: kv has no key key",
        no_key.format("'../main.mpy'"),
    ]


async def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    app = """
kv.set("old", b"o" * 1000)
count = 0
while attempt(kv.set, "n%d" % count, b"x" * 20000) is None:
    count += 1
print(attempt(kv.set, "old", b"x" * 60000))
print(kv.get("old") == b"o" * 1000, len(kv.list()) == count + 1)
kv.remove("n0")
kv.set("old", b"new")
print(kv.get("old"))
"""
    full = "OSError: [Errno 28] ENOSPC: kv: old was not set, as the disk is full"
    assert await said(on_disk(app), tmp_path) == [full, "True True", "b'new'"]


async def test_values_outlive_the_machine_and_half_a_value_does_not(tmp_path: Path) -> None:
    app = """
print(kv.list(), kv.get("count", b"none"))
kv.set("count", kv.get("count", b"") + b"+")
open("/data/deep/kv/.new", "w").write("half")
"""
    disk = VirtioBlock(name="disk", path=str(tmp_path / "disk.img"))
    made = stack(app, LittleKv(name="kv", files=LittleFs(disk=disk), folder="deep/kv"))
    assert await said(made, tmp_path) == ["[] b'none'"]
    assert await said(made, tmp_path) == ["['count'] b'+'"]
    look = "import os\nprint(sorted(os.listdir('/data/deep/kv')))"
    assert await said(stack(look, made.devices[-1]), tmp_path) == ["['count']"]  # type: ignore[arg-type]  # the LittleKv


async def test_the_image_holds_values_that_nobody_changes(tmp_path: Path) -> None:
    app = """
print(kv.list(), kv.get("a"), kv.get("c", None), attempt(kv.get, "c"))
for change in (lambda: kv.set("a", b""), lambda: kv.remove("a")):
    print(attempt(change))
"""
    files = {"texts/a": b"one", "texts/b.bin": b"\x00"}
    read_only = "OSError: [Errno 30] EROFS: kv is read-only: its values lie in the image"
    assert await said(stack(app, RomKv(name="kv", folder="texts"), **files), tmp_path) == [
        "['a', 'b.bin'] b'one' None KeyError: kv has no key c",
        read_only,
        read_only,
    ]


def test_an_image_without_one_holds_nothing_of_it(tmp_path: Path) -> None:
    image = build(Stack.default("plain", App.from_text("")), into=tmp_path)
    assert not {"kv", "little_kv", "rom_kv"} & {each.name for each in image.manifest.components}
    assert b"_kv.mpy" not in image.path.read_bytes()


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("other/a", b"", "the app has no file in kv/; put one there for each key."),
        ("kv/a b", b"", "kv/a b is no key; name the file"),
        ("kv/deep/a", b"", "kv/deep/a is no key"),
        ("kv/a.py", b"", "kv/a.py is no key"),
        ("kv/" + "k" * 65, b"", "is no key"),
        ("kv/a", bytes(65537), "kv/a has 65537 bytes; a value has at most 65536."),
    ],
)
def test_a_folder_that_holds_no_values_is_refused(file: str, content: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=f"^kv \\(RomKv\\): .*{words}"):
        resolve(stack("", RomKv(name="kv"), **{file: content}))


def test_the_plan_puts_it_on_the_only_disk() -> None:
    plan = resolve(Stack("kv", App.from_text(""), (DISK, LittleKv())))
    edges = {(each.name, edge.field): edge.provider for each in plan.devices for edge in each.edges}
    assert edges["littlekv", "files"] == "littlefs"
    assert edges["littlefs", "disk"] == "disk"
