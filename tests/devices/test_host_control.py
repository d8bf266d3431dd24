"""The host asks a machine to end, and the app tidies up first."""

from __future__ import annotations

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import HostControl, LittleFs, RamDisk, Repl
from unikernel.machine import machine as machines
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

PATIENCE_S = 30
TIDY = """
import asyncio, time, {module}
async def serve():
    while True:
        await asyncio.sleep(60)
try:
    print("serving")
    {wait}
except KeyboardInterrupt:
    print("interrupted")
finally:
    with open("/data/last", "w") as file:
        file.write("words")
    print("tidied", open("/data/last").read())
"""
WAYS = {"sleeping": "time.sleep(3600)", "in a task": "asyncio.run(serve())", "computing": "while True: pass"}


async def start(app: str, folder: Path, *, prompt: bool = False) -> Machine:
    devices = (HostControl(), LittleFs(disk=RamDisk(size=65536)), Repl())
    image = build(Stack("control", App.from_text(app), devices), into=folder)
    return await boot(image, timeout_s=PATIENCE_S, prompt=prompt)


@pytest.mark.parametrize("way", WAYS)
async def test_an_app_ends_in_order(tmp_path: Path, way: str) -> None:
    machine = await start(TIDY.format(module="os", wait=WAYS[way]), tmp_path)
    await machine.console.expect("serving")
    run = await machine.shutdown()
    assert (run.status, run.ended_by) == (0, "machine"), run.transcript.text
    assert run.transcript.text == "serving\ntidied words\n"


async def test_an_app_that_does_not_obey_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "SHUTDOWN_S", 0.3)
    app = "print('up')\nwhile True:\n    try:\n        while True: pass\n    except SystemExit:\n        print('no')\n"
    machine = await start(app, tmp_path)
    await machine.console.expect("up")
    run = await machine.shutdown()
    assert run.ended_by == "stopped"
    assert run.transcript.text == "up\nno\n"


async def test_a_prompt_that_waits_ends(tmp_path: Path) -> None:
    machine = await start("print('up')", tmp_path, prompt=True)
    await machine.console.expect(">>> ")
    assert (await machine.shutdown()).status == 0


async def test_a_break_is_still_an_interrupt(tmp_path: Path) -> None:
    machine = await start(TIDY.format(module="os", wait="time.sleep(3600)"), tmp_path)
    await machine.console.expect("serving")
    await machine.interrupt()
    run = await machine.wait(PATIENCE_S)
    assert "interrupted" in run.transcript.text
