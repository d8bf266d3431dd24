"""A watchdog that is not fed gives the machine up; one that is fed does not."""

from __future__ import annotations

from pathlib import Path

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import Watchdog
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

PATIENCE_S = 30
HANGS = """
import unikernel
unikernel.device("watchdog").feed()
print("fed once")
while True:
    pass
"""
FEEDS = """
import time, unikernel
watchdog = unikernel.device("watchdog")
for _ in range(8):
    watchdog.feed()
    time.sleep(0.5)
print("alive")
"""


async def start(app: str, folder: Path, *, restart: bool) -> Machine:
    devices = (Watchdog(timeout_s=2, restart=restart),)
    image = build(Stack.default("watched", App.from_text(app)).add(devices[0]), into=folder)
    return await boot(image, timeout_s=PATIENCE_S)


async def test_an_app_that_hangs_is_given_up(tmp_path: Path) -> None:
    run = await (await start(HANGS, tmp_path, restart=False)).wait(PATIENCE_S)
    assert (run.status, run.ended_by, run.reason) == (134, "watchdog", "its watchdog was not fed")
    assert run.transcript.text == "fed once\n"


async def test_it_may_be_started_again(tmp_path: Path) -> None:
    machine = await start(HANGS, tmp_path, restart=True)
    await machine.console.expect("fed once")
    await machine.console.expect("fed once")
    assert machine.restarts == 1
    await machine.stop()


async def test_an_app_that_feeds_it_lives(tmp_path: Path) -> None:
    run = await (await start(FEEDS, tmp_path, restart=False)).wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (0, "alive\n"), run.reason
