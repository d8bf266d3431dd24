"""A machine on a private network whose app answers what a test asks it: expressions of Python, one a line."""

from __future__ import annotations

import contextlib
import itertools
import os
from ast import literal_eval
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import Device
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

PATIENCE_S: Final = 30
APP: Final = """
import sys, time, unikernel
try:
    import socket
except ImportError:
    pass
def device(name):
    return unikernel.device(name)
ip = device("ip")
print("ready")
for line in sys.stdin:
    try:
        print("said", repr(eval(line)))
    except Exception as error:
        print("said", repr((type(error).__name__, error.args)))
"""
_numbers = itertools.count()


def network_name() -> str:
    """Of a network that no other test has."""
    return f"test-{os.getpid()}-{next(_numbers)}"


def image_of(folder: Path, *devices: Device, name: str = "asked", setup: str = "") -> Image:
    """An image of the app, which does first what `setup` says; one of the devices is named "ip"."""
    text = APP.replace('print("ready")', f'{setup}\nprint("ready")')
    return build(Stack(name, App.from_text(text), devices), into=folder / "build")


class Asked:
    """The machine's app."""

    def __init__(self, machine: Machine) -> None:
        """Of a machine that is ready."""
        self.machine = machine

    async def ask(self, expression: str, timeout_s: float = PATIENCE_S) -> Any:
        """What it says; an exception is its class's name and its arguments."""
        await self.machine.console.send(expression + "\n")
        said = await self.machine.console.expect(rb"said ([^\r\n]*)\r?\n", timeout_s)
        return literal_eval(said[1].decode())


@contextlib.asynccontextmanager
async def asked(image: Image, **options: Any) -> AsyncIterator[Asked]:
    """Boots it, and waits for its app."""
    async with await boot(image, timeout_s=10 * PATIENCE_S, **options) as machine:
        await machine.console.expect("ready")
        yield Asked(machine)
