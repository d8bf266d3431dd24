"""power_cut, as one calls it, on a real QEMU: on a machine of one's own, blocking, kept, and started again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import unikernel
from unikernel import PowerCut
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import VirtioBlock
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack
from unikernel.units import KIB

PATIENCE_S = 30
SECTOR = 512
APP = """
import sys, unikernel
disks = {name: unikernel.device(name) for name in ("one", "two")}
def put(name, number, value):
    disks[name].writeblocks(number, bytes([value]) * 512)
    print("put", value)
def get(name, number):
    data = bytearray(512)
    disks[name].readblocks(number, data)
    return data[0]
print("up")
while line := sys.stdin.readline():
    print(">", eval(line))
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("cut") / "build"
    folder.mkdir()
    stack = Stack.default("cut", App.from_text(APP))
    for name in ("one", "two"):
        stack = stack.add(VirtioBlock(name=name, size=64 * KIB))
    return build(stack, into=folder)


@pytest.fixture(autouse=True)
def clean(image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("one", "two"):
        disk(image, name).unlink(missing_ok=True)


def disk(image: Image, name: str) -> Path:
    return image.path.parents[1] / "disks" / f"{name}.img"


def first_bytes(image: Image, name: str, count: int) -> bytes:
    """The first byte of each of the first sectors."""
    return disk(image, name).read_bytes()[: count * SECTOR : SECTOR]


async def tell(machine: Machine, line: str, answer: str | None = "> None") -> None:
    await machine.console.send(line + "\n")
    if answer is not None:
        await machine.console.expect(answer, PATIENCE_S)


async def started(image: Image, volatile: bool | PowerCut = True) -> Machine:
    machine = await boot(image, timeout_s=PATIENCE_S, volatile=volatile)
    await machine.console.expect("up", PATIENCE_S)
    return machine


@pytest.mark.parametrize(("keep", "left"), [("none", (b"\1\0\0", b"\0")), ("all", (b"\1\2\0", b"\3"))])
async def test_at_once_what_was_not_flushed_is_lost_or_kept(image: Image, keep: str, left: tuple[bytes, bytes]) -> None:
    machine = await started(image)
    for line in ("put('one', 0, 1)", "disks['one'].flush()", "put('one', 1, 2)", "put('two', 0, 3)"):
        await tell(machine, line)
    await tell(machine, "get('one', 1)", "> 2")
    await machine.power_cut(keep=keep)  # type: ignore[arg-type]
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.ended_by, run.reason) == (137, "power", "its power was cut")
    assert (first_bytes(image, "one", 3), first_bytes(image, "two", 1)) == left


async def test_the_count_begins_when_one_asks_and_runs_over_all_disks(image: Image) -> None:
    machine = await started(image)
    await tell(machine, "put('one', 0, 1)")
    await machine.power_cut(after_writes=3, keep="all")
    await tell(machine, "put('one', 1, 2)")
    await tell(machine, "put('two', 0, 3)")
    await tell(machine, "put('one', 2, 4)", None)
    run = await machine.wait(PATIENCE_S)
    assert run.ended_by == "power"
    assert "put 3" in run.transcript.text
    assert "put 4" not in run.transcript.text
    assert (first_bytes(image, "one", 3), first_bytes(image, "two", 1)) == (b"\1\2\4", b"\3")


async def test_a_cut_given_to_boot_counts_from_the_first_write(image: Image) -> None:
    machine = await started(image, PowerCut(after_writes=1, keep="all"))
    await tell(machine, "put('one', 0, 1)", None)
    assert (await machine.wait(PATIENCE_S)).ended_by == "power"
    assert first_bytes(image, "one", 1) == b"\1"


async def test_a_machine_that_ends_otherwise_loses_nothing(image: Image) -> None:
    machine = await started(image)
    await tell(machine, "put('one', 0, 1)")
    assert (await machine.stop()).ended_by == "stopped"
    machine = await started(image)
    await tell(machine, "put('one', 1, 2)")
    os.kill(machine.pid, signal.SIGKILL)
    assert (await machine.wait(PATIENCE_S)).status == 125
    machine = await started(image, volatile=False)
    await tell(machine, "get('one', 1)", "> 2")
    await machine.stop()
    assert first_bytes(image, "one", 2) == b"\1\2"


async def test_a_restart_is_no_loss_of_power_but_a_later_cut_is(image: Image) -> None:
    machine = await started(image)
    await tell(machine, "put('one', 0, 1)")
    await machine.restart()
    await machine.console.expect("up", PATIENCE_S)
    await tell(machine, "get('one', 0)", "> 1")
    await tell(machine, "put('one', 1, 2)")
    await machine.power_cut()
    run = await machine.wait(PATIENCE_S)
    assert (run.ended_by, run.restarts) == ("power", 1)
    assert first_bytes(image, "one", 2)[1:] == b"\0"


async def test_the_sandbox_stays_on(image: Image) -> None:
    machine = await started(image)
    run = await machine.stop()
    assert any("spawn=deny" in word for word in run.command)
    assert any("driver=nbd" in word for word in run.command)


def test_the_blocking_face(image: Image) -> None:
    with unikernel.boot(image, timeout_s=PATIENCE_S, volatile=True) as machine:
        machine.console.expect("up", PATIENCE_S)
        machine.power_cut(after_writes=2, keep=7)
        machine.console.send("put('one', 0, 1)\nput('one', 1, 2)\n")
        run = machine.wait(PATIENCE_S)
    assert run.ended_by == "power"
    assert "put 1" in run.transcript.text
    assert "put 2" not in run.transcript.text


def test_a_kept_machine(image: Image) -> None:
    machine = unikernel.boot(image, timeout_s=PATIENCE_S, volatile=True, keep=True)
    machine.console.expect("up", PATIENCE_S)
    machine.power_cut(after_writes=1, keep="all")
    machine.console.send("put('one', 0, 1)\n")
    run = machine.wait(PATIENCE_S)
    assert (run.status, run.ended_by) == (137, "power")
    assert first_bytes(image, "one", 1) == b"\1"


def test_a_kept_machine_refuses_as_one_of_our_own(image: Image) -> None:
    with pytest.raises(Refusal, match="keep: a kept machine's power is cut by its method power_cut; boot it with"):
        unikernel.boot(image, volatile=PowerCut(3), keep=True)
    machine = unikernel.boot(image, timeout_s=PATIENCE_S, keep=True)
    with pytest.raises(Refusal, match='power cut: the disks of "cut" forget nothing; boot it with volatile=True'):
        machine.power_cut()
    machine.stop()
