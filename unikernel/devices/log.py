"""The log."""

from dataclasses import dataclass

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Clock, Console
from unikernel.interfaces import Log as LogInterface


@dataclass(frozen=True, kw_only=True)
class Log(Device, LogInterface):
    """One line a message on the console: time, level, source, text."""

    console: Console | None = None
    clock: Clock | None = None
    level: str = parameter(
        "info", "the least grave level that is printed", choices=("error", "warning", "info", "debug")
    )
