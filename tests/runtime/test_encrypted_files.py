"""A file system on an encrypted disk: what an app keeps there, under its key and under another."""

from __future__ import annotations

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import EncryptedBlock, LittleFs, VirtioBlock
from unikernel.machine.boot import boot
from unikernel.machine.run import Run
from unikernel.machine.sync import boot as boot_and_wait
from unikernel.stack import Stack

PATIENCE_S = 30
KEY = bytes(range(64))
OTHER = bytes(reversed(KEY))
APP = """
import sys, unikernel
path = "/data/notes"
try:
    print(open(path).read())
except OSError as error:
    if error.errno != 2: sys.exit("refused: " + str(error))
    print("none yet")
    with open(path, "w") as file:
        file.write("attack at dawn " * 100)
print(unikernel.parameters())
if sys.stdin.read(1) == "r": unikernel.restart()
"""


@pytest.fixture
def image(tmp_path: Path) -> Image:
    vault = EncryptedBlock(name="vault", disk=VirtioBlock(name="disk"))
    return build(Stack.default("notes", App.from_text(APP)).add(LittleFs(disk=vault)), into=tmp_path / "build")


async def run_of(image: Image, key: bytes, *typed: str) -> Run:
    machine = await boot(image, timeout_s=PATIENCE_S, parameters={"vault.key": key})
    for each in typed:
        await machine.console.expect("{}\r\n")
        await machine.console.send(each)
    return await machine.wait(2 * PATIENCE_S)


async def test_files_come_back_under_their_key_alone(image: Image) -> None:
    disk = image.path.parents[1] / "disks/disk.img"
    run = await run_of(image, KEY, "r", "x")
    assert (run.status, run.restarts) == (0, 1)
    assert run.transcript.text.startswith("none yet\n{}\nattack at dawn attack")
    before = disk.read_bytes()
    assert any(before)
    assert b"attack" not in before
    wrong = await run_of(image, OTHER)
    assert wrong.status == 1
    assert wrong.transcript.text.startswith("refused: ")
    assert "the disk vault is not empty and holds no file system that LittleFs can mount" in wrong.transcript.text
    assert disk.read_bytes() == before
    assert "attack at dawn" in (await run_of(image, KEY, "x")).transcript.text


def test_a_keeper_is_given_the_key_too(image: Image) -> None:
    machine = boot_and_wait(image, keep=True, timeout_s=PATIENCE_S, parameters={"vault.key": KEY})
    machine.console.expect("none yet")
    for pid in (machine.pid, machine.inner.keeper_pid):  # type: ignore[attr-defined]
        assert KEY.hex() not in Path(f"/proc/{pid}/cmdline").read_text()
    machine.console.send("x")
    assert machine.wait(PATIENCE_S).status == 0
