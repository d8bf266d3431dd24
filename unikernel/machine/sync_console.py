"""The blocking face of a console; see `sync`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unikernel.machine.loop import core

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from unikernel.machine import console as asynchronous_console
    from unikernel.machine.transcript import Transcript


class Console:
    """The blocking face of `console.Console`; its methods may be called from any thread."""

    def __init__(self, inner: asynchronous_console.Console) -> None:
        """Over the asynchronous one."""
        self._inner = inner

    @property
    def transcript(self) -> Transcript:
        """What is kept so far."""
        return core().call(lambda: self._inner.transcript)

    @property
    def offset(self) -> int:
        """How many bytes the machine has written so far."""
        return self._inner.offset

    def subscribe(self, callback: Callable[[int, bytes], object], replay_from: int | None = None) -> Callable[[], None]:
        """Call `callback(offset, data)` for all that comes, on the core's thread: it must return soon and not block.

        With `replay_from`, the kept bytes from that offset on come first. Returns what ends the subscription.
        """
        unsubscribe = core().call(self._inner.subscribe, callback, replay_from)
        return lambda: core().call(unsubscribe)

    def send(self, data: bytes | str) -> None:
        """Write to the machine; waits while it takes nothing. Raises `WrongState` when it has ended."""
        core().run(self._inner.send(data))

    def post(self, data: bytes | str) -> None:
        """Write to the machine without waiting, in order with the other writes; what an ended machine cannot take is
        dropped.
        """
        core().loop.call_soon_threadsafe(self._inner.post, data)

    def expect(self, pattern: str | bytes | re.Pattern[bytes], timeout_s: float | None = 30) -> re.Match[bytes]:
        """Wait for a regular expression in what came since the last match; raises `MachineTimeout`, `MachineError`."""
        return core().run(self._inner.expect(pattern, timeout_s))
