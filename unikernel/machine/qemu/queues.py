"""The virtqueues of a running QEMU's devices, by its monitor: qapi/virtio.json, which QEMU calls experimental."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from unikernel.errors import VmmError
from unikernel.machine.metrics import QueueDepth

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_INDICES: Final = 1 << 16
"""A ring's indices have 16 bits."""
_NAMED: Final = "/machine/peripheral/"
"""Where QEMU keeps what was given a name: here KIND.NAME, and NAME is the device's of the stack."""


class Queues:
    """What one QEMU shows; it remembers the most of its looks."""

    def __init__(self, execute: Callable[[str, Mapping[str, object]], Awaitable[Any]]) -> None:
        """`execute` carries out a command of the monitor, or raises `VmmError`."""
        self._execute = execute
        self._high: dict[tuple[str, int], int] = {}

    async def look(self) -> Mapping[str, tuple[QueueDepth, ...]]:
        """The queues of each device by its name, in their order; nothing where this QEMU has no such command."""
        try:
            devices = await self._execute("x-query-virtio", {})
            return {_name(each["path"]): await self._of(each["path"]) for each in devices if _name(each["path"])}
        except (VmmError, KeyError, TypeError):
            return {}

    async def _of(self, path: str) -> tuple[QueueDepth, ...]:
        status = await self._execute("x-query-virtio-status", {"path": path})
        return tuple([await self._one(path, number) for number in range(status["num-vqs"])])

    async def _one(self, path: str, number: int) -> QueueDepth:
        queue = await self._execute("x-query-virtio-queue-status", {"path": path, "queue": number})
        # What the machine has given, as far as QEMU has looked, and has not got back.
        in_flight = (queue["shadow-avail-idx"] - queue["used-idx"]) % _INDICES
        high = self._high[path, number] = max(in_flight, self._high.get((path, number), 0))
        return QueueDepth(queue["vring-num"], in_flight, high)


def _name(path: str) -> str:
    """Of the device whose path in QEMU this is; empty for one that has none."""
    named = path.removeprefix(_NAMED).partition("/")[0] if path.startswith(_NAMED) else ""
    return named.partition(".")[2]
