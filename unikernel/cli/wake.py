"""What ends the wait of an attachment's loop, beside its bytes: signals, and the machines' thread."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGHUP)
"""The signals that end an attachment."""
READ_BYTES: Final = 1 << 16
_WAKE: Final = b"\0"


class Wake:
    """A pipe that ends the wait of `select`: signals write their number into it, the machines' thread 0."""

    def __init__(self) -> None:
        """Opens it, non-blocking on both ends."""
        self.read_end, self._write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        os.set_blocking(self._write_end, False)

    @contextlib.contextmanager
    def catching(self) -> Iterator[Wake]:
        """Notes the signals that would end or stop us, for the time of the block, instead of letting them."""
        numbers = [*STOPPING, signal.SIGINT, signal.SIGTSTP, signal.SIGCONT]
        # What was ignored on purpose, as SIGINT in a script's background job or SIGHUP under nohup, stays so.
        numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, lambda _number, _frame: None) for number in numbers}
        old = signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        try:
            yield self
        finally:
            signal.set_wakeup_fd(old)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self.read_end)
            os.close(self._write_end)

    def __call__(self, *_: object) -> None:
        """Wakes; from any thread."""
        with contextlib.suppress(OSError):
            os.write(self._write_end, _WAKE)

    def signals(self) -> list[int]:
        """The signals since the last call."""
        with contextlib.suppress(BlockingIOError):
            return [number for number in os.read(self.read_end, READ_BYTES) if number]
        return []
