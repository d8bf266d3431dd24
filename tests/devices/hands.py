"""An app that writes a tree, and one that tells what it finds, for tests in which others do the other half."""

from __future__ import annotations

from ast import literal_eval
from pathlib import Path

from tests.power.workload import CONTENT, FOLDER, SHOW, Tree, content
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import OPEN, FatFs, LittleFs, VirtioBlock
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 60
LONG = "a long name, with spaces and (brackets), of a file that others can read as well"
TREE: Tree = {
    "empty": b"",
    "one": b"1",
    "sector": content(1, 512),
    "odd": content(2, 5001),
    "large": content(3, 70_000),
    "folder": FOLDER,
    "folder/inner": FOLDER,
    f"folder/inner/{LONG}": content(4, 700),
    "folder/nothing": FOLDER,
} | {f"folder/of many {i}": content(5 + i, 10 * i) for i in range(40)}
READER = SHOW + 'show("/fs", "")\n'
WRITER = (
    CONTENT
    + """
import os
for path, data in TREE:
    if data is None:
        os.mkdir("/fs/" + path)
    else:
        with open("/fs/" + path, "wb") as file:
            file.write(data[:100])
            file.write(data[100:])
with open("/fs/" + "odd", "ab") as file:
    file.write(b"appended")
os.rename("/fs/odd", "/fs/folder/moved")
os.rename("/fs/folder/moved", "/fs/folder/odd")
os.rename("/fs/folder/odd", "/fs/odd")
os.sync()
"""
)
WRITTEN: Tree = TREE | {"odd": content(2, 5001) + b"appended"}


def image(kind: type[LittleFs | FatFs], app: str, folder: Path) -> Image:
    """A machine whose disk's size is said at the boot."""
    (folder / "build").mkdir(exist_ok=True)
    disk = VirtioBlock(name="data", size=OPEN)
    stack = Stack.default("hands", App({"main.py": app.replace("TREE:", f"{list(TREE.items())!r}:").encode()}))
    return build(stack.add(disk).add(kind(name="fs", disk=disk, mount_point="/fs")), into=folder / "build")


async def said(made: Image, size: int) -> str:
    """What a machine writes, which must end well."""
    machine = await boot(made, timeout_s=PATIENCE_S, parameters={"data.size": size})
    run = await machine.wait(PATIENCE_S)
    assert run.status == 0, run.transcript.text
    return run.transcript.text


async def seen(made: Image, size: int) -> Tree:
    """What a reader tells, with digests in the place of content."""
    return dict(literal_eval(line) for line in (await said(made, size)).splitlines())
