"""The prompt."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Console, Prompt


@dataclass(frozen=True, kw_only=True)
class Repl(Device, Prompt):
    """MicroPython's prompt on the console: history, Tab, paste mode, and the raw mode that tools speak.

    Source: MicroPython 1.25, ``docs/reference/repl.rst``.
    """

    kind: ClassVar[str] = "runtime"
    source: ClassVar[str] = "micropython/repl.c"

    console: Console | None = None
    after_app: bool = parameter(default=False, text="the prompt follows main.py; else the machine ends with it")
