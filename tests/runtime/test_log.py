"""The device Log in an app's hands: which levels of which sources come through."""

from __future__ import annotations

import re
from pathlib import Path

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import OPEN, Log, VirtioConsole
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 20
TELLS = """
import unikernel
log = unikernel.device("log")
for source in ("disk", "disks", "net", "other"):
    for level in ("error", "warning", "info", "debug"):
        log.line(level, source, "text")
try:
    log.line("loud", "disk", "text")
except ValueError as error:
    print(error)
quiet = unikernel.device("quiet")
quiet.line("warning", "disk", "nothing")
quiet.line("error", "disk", "heard")
"""
BRIDGED = """
import logging, unikernel
log = unikernel.device("log")
class Handler(logging.Handler):
    def emit(self, record):
        log.line(record.levelname.lower(), record.name, record.getMessage())
logging.basicConfig(level=logging.DEBUG, handlers=[Handler()])
logging.getLogger("disk").debug("block %d", 7)
logging.getLogger("net").debug("hidden")
logging.getLogger("net").warning("late")
"""
LINE = re.compile(r"[0-9]+\.[0-9]{6} (.*)")


def lines(text: str) -> list[str]:
    """Without the time, which each line of the log has."""
    return [match[1] if (match := LINE.fullmatch(line)) else line for line in text.splitlines()]


async def test_each_source_has_its_level_and_each_log_its_own(tmp_path: Path) -> None:
    devices = (VirtioConsole(), Log(sources="disk=debug,net=error"), Log(name="quiet", level="error"))
    image = build(Stack("tells", App.from_text(TELLS), devices), into=tmp_path)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    told = {"disk": 4, "disks": 3, "net": 1, "other": 3}
    levels = ("error", "warning", "info", "debug")
    expected = [f"{level} {source}: text" for source, count in told.items() for level in levels[:count]]
    assert run.status == 0
    assert lines(run.transcript.text) == [*expected, "a level is error, warning, info or debug", "error disk: heard"]


async def test_loggers_write_to_it_and_the_boot_says_what_comes_through(tmp_path: Path) -> None:
    stack = Stack("bridged", App.from_text(BRIDGED), (VirtioConsole(), Log(sources=OPEN)))
    image = build(stack, into=tmp_path)
    run = await (await boot(image, parameters={"log.sources": "disk=debug"}, timeout_s=PATIENCE_S)).wait()
    assert lines(run.transcript.text) == ["debug disk: block 7", "warning net: late"]
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert lines(run.transcript.text) == ["warning net: late"]
