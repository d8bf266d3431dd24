"""Each promise is a folder: a tiny app in C, and how its machine must end."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.promises.c_image import c_image
from unikernel.build.image import Image
from unikernel.devices import TscClock, Uart16550
from unikernel.machine import sync
from unikernel.machine.boot import boot
from unikernel.machine.run import Run

HERE = Path(__file__).parent
PROMISES = sorted(path.parent.name for path in HERE.glob("*/expected.json"))
PATIENCE_S = 20
IDLE_S = 1.0
IDLE_SHARE = 0.05
"""Of one processor. A machine that spins takes all of it; the exact figure is the bench's."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("promises")


def image_of(promise: str, folder: Path) -> Image:
    into = folder / promise
    into.mkdir(exist_ok=True)
    return c_image(HERE / promise / "main.c", (Uart16550(), TscClock()), into)


def seconds_of(pid: int) -> float:
    """Processor time that a process has taken, of its user's and the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def idle_share(image: Image) -> tuple[float, Run]:
    machine = await boot(image, timeout_s=PATIENCE_S)
    await machine.console.expect("waiting")
    before = seconds_of(machine.pid)
    started = time.monotonic()
    time.sleep(IDLE_S)
    share = (seconds_of(machine.pid) - before) / (time.monotonic() - started)
    return share, await machine.stop()


async def ended(image: Image) -> Run:
    return await (await boot(image, timeout_s=PATIENCE_S)).wait(2 * PATIENCE_S)


def hold(run: Run, expected: dict[str, Any]) -> None:
    text = run.transcript.data.decode()
    assert (run.status, run.ended_by) == (expected["status"], expected["ended_by"]), f"{run.reason}\n{text}"
    assert expected.get("reason", run.reason) == run.reason
    for pattern in expected["console"]:
        assert re.search(pattern, text), f"{pattern}\n{text}"
    if "cause" not in expected:
        assert run.panic is None
        return
    assert run.panic is not None
    assert run.panic.cause == expected["cause"]
    assert run.panic.where.symbol == expected.get("where", run.panic.where.symbol)
    assert run.panic.address == expected.get("address", run.panic.address)
    assert run.panic.where.place.endswith(expected.get("place", ""))
    if "called_from" in expected:
        assert run.panic.backtrace[0].symbol == expected["called_from"]


@pytest.mark.parametrize("promise", PROMISES)
async def test_the_promise_holds(promise: str, folder: Path) -> None:
    image = image_of(promise, folder)
    expected = json.loads((HERE / promise / "expected.json").read_text())
    if expected.get("idle"):
        share, run = await idle_share(image)
        assert share < IDLE_SHARE
    else:
        run = await ended(image)
    hold(run, expected)
    if expected.get("differs_between_boots"):
        again = await ended(image)
        hold(again, expected)
        assert again.transcript.data != run.transcript.data


def test_an_image_that_gnu_strip_has_stripped_boots(folder: Path) -> None:
    image = image_of("hello", folder)
    stripped = image.path.with_name("stripped.elf")
    subprocess.run(["strip", "-o", str(stripped), str(image.path)], check=True)
    run = sync.boot(Image.read(stripped), timeout_s=PATIENCE_S).wait()
    assert (run.status, run.transcript.data) == (7, b"hello\r\n")
