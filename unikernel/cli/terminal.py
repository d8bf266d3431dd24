"""The terminal in raw mode for the time that a machine's console is attached, restored whatever dies.

In order: at the end of the block, also by an error or a signal that is handled; and where this process is killed
outright, by a watcher, a forked child in a session of its own that waits on a pipe for its parent's last word.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Any, Final

RESTORED: Final = b"."
"""The parent's last word: it has restored the terminal itself."""

Attributes = list[Any]


def keyboard() -> int | None:
    """Standard input where it is a terminal that we may read: with its foreground job; else None."""
    try:
        descriptor = sys.stdin.fileno() if sys.stdin else -1
        if descriptor >= 0 and os.isatty(descriptor) and is_foreground(descriptor):
            return descriptor
    except (OSError, ValueError):
        pass
    return None


def is_foreground(descriptor: int) -> bool:
    """Whether this process belongs to the terminal's foreground job; a background job is stopped when it sets modes."""
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


class RawTerminal:
    """A terminal whose keys all reach the machine, Ctrl-C included."""

    def __init__(self, descriptor: int) -> None:
        """Remembers the modes; `raw` changes them."""
        self.descriptor = descriptor
        self._saved: Attributes = termios.tcgetattr(descriptor)

    def raw(self) -> None:
        """Sets raw mode, unless we are in the background."""
        if is_foreground(self.descriptor):
            tty.setraw(self.descriptor, termios.TCSANOW)

    def restore(self) -> None:
        """Sets the modes as they were; a terminal that is gone needs none."""
        with contextlib.suppress(termios.error), _background_writes():
            termios.tcsetattr(self.descriptor, termios.TCSANOW, self._saved)

    @contextlib.contextmanager
    def attached(self) -> Iterator[RawTerminal]:
        """Raw for the time of the block. Enter it before other threads start, as it forks the watcher."""
        ours, pid = self._start_watcher()
        try:
            self.raw()
            yield self
        finally:
            self.restore()
            with contextlib.suppress(OSError):
                os.write(ours, RESTORED)
            os.close(ours)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def _start_watcher(self) -> tuple[int, int]:
        """Our end of the pipe and the watcher's pid."""
        theirs, ours = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(ours)
                self._watch(theirs)
            finally:
                os._exit(0)
        os.close(theirs)
        return ours, pid

    def _watch(self, pipe: int) -> None:
        """The watcher's life."""
        # Its own session: a signal to the whole job, SIGKILL included, does not reach it.
        os.setsid()
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGTTOU):
            signal.signal(number, signal.SIG_IGN)
        for descriptor in sorted({0, 1, 2} - {self.descriptor, pipe}):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        if os.read(pipe, 1) != RESTORED:
            self.restore()


@contextlib.contextmanager
def _background_writes() -> Iterator[None]:
    """Lets even a background job set the terminal's modes."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
