"""The log."""

import re
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Console
from unikernel.interfaces import Log as LogInterface

LEVELS = ("error", "warning", "info", "debug")
SOURCES = re.compile(rf"([\w.-]+=({'|'.join(LEVELS)})(,(?!$)|$))*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Log(Device, LogInterface):
    """One line a message on the console: time, level, source, text; ``unikernel.device("log").line`` in the app."""

    needs: ClassVar[tuple[str, ...]] = ("log_object",)

    console: Console | None = None
    clock: Clock | None = None
    level: str = parameter("info", "the least grave level that is printed", choices=LEVELS)
    sources: str = parameter("", "the same for single sources, as disk=debug,net=error")

    def __post_init__(self) -> None:
        """Raises `Refusal` for sources that are none."""
        super().__post_init__()
        if not SOURCES.fullmatch(self.sources):
            raise Refusal(
                f"{self.name} (Log): sources is {self.sources!r}; write it as disk=debug,net=error, with levels out of "
                f"{', '.join(LEVELS)}."
            )
