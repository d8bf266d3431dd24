"""What one machine may use: memory, kept output, time. Each is checked before anything is started."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Final

from unikernel.errors import Refusal
from unikernel.machine.transcript import KEPT_BYTES
from unikernel.units import memory

DEFAULT_OUTPUT_BYTES: Final = KEPT_BYTES


@dataclass(frozen=True)
class Limits:
    """Memory in bytes, kept output in bytes, and how long the machine may run in seconds; None: as long as it likes."""

    memory_bytes: int
    output_bytes: int = DEFAULT_OUTPUT_BYTES
    time_s: float | None = None

    def check(self, name: str, least_memory_bytes: int) -> None:
        """Raise `Refusal` for what is no number, too little, or more than the host has; `name` is the image's."""
        _whole("memory", self.memory_bytes)
        _whole("output limit", self.output_bytes)
        if self.time_s is not None and not (_number(self.time_s) and 0 < self.time_s < math.inf):
            message = f"timeout: {self.time_s!r} is not a number of seconds above zero; give one, or none for no limit."
            raise Refusal(message)
        if self.memory_bytes < least_memory_bytes:
            message = (
                f'memory: {memory(self.memory_bytes)} is too little for "{name}"; '
                f"the least that works is {memory(least_memory_bytes)} ({least_memory_bytes} bytes)."
            )
            raise Refusal(message)
        host = host_memory_bytes()
        if self.memory_bytes > host:
            message = f"memory: {memory(self.memory_bytes)} is more than this host has; give at most {memory(host)}."
            raise Refusal(message)


def host_memory_bytes() -> int:
    """The host's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(what: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        message = f"{what}: {value!r} is not a whole number of bytes above zero; give one."
        raise Refusal(message)
