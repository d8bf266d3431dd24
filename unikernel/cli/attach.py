"""A machine's console on the standard streams: one loop that moves bytes both ways until the machine has ended.

On a terminal every key goes to the machine, Ctrl-C as the console line's break; Ctrl-] leaves, which stops a machine of
our own, and lets a kept one run on. Input that is no terminal is fed as it is, as fast as the machine takes it, and its
end does not end the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from unikernel.cli.terminal import RawTerminal
from unikernel.cli.wake import STOPPING, Wake
from unikernel.errors import MachineError, MachineTimeout
from unikernel.machine.loop import core
from unikernel.machine.machine import Machine as Owned
from unikernel.machine.run import Run
from unikernel.machine.sync import Machine

INTERRUPT: Final = 0x03
LEAVE: Final = 0x1D
LEAVE_NAME: Final = "Ctrl-]"

READ_BYTES: Final = 1 << 16
WRITE_BYTES: Final = select.PIPE_BUF
"""A pipe that select calls writable takes so much without blocking."""

HELD_ABOVE_BYTES: Final = 8 << 20
HELD_BELOW_BYTES: Final = 1 << 20
"""Where whoever reads our output is slow, no more comes from the first on, and again at the second."""

UNREAD_S: Final = 5.0
"""How long a machine goes on whose output nobody reads any more."""

SIGNAL_STATUS: Final = 128


@dataclass(frozen=True)
class Attached:
    """How an attachment ended: the run, None where the machine runs on; the exit status; and whether the console's last
    line is complete.
    """

    run: Run | None
    status: int
    at_line_start: bool


class Attachment:
    """The state of one attachment; `run` is its life."""

    def __init__(self, machine: Machine, wake: Wake, terminal: RawTerminal | None) -> None:
        """`terminal` is the keyboard, already raw; None where standard input is something else."""
        self._machine = machine
        self._wake = wake
        self._terminal = terminal
        self._output = sys.stdout.fileno()
        self._input = terminal.descriptor if terminal else _input()
        self._written: deque[bytes] = deque()
        self._typed = bytearray()
        self._sending: Future[None] | None = None
        self._held = False
        self._interrupts = 0
        self._last = b"\n"
        self._next_offset = 0

    def run(self) -> Attached:
        """Moves bytes until the machine has ended and all it wrote is out."""
        ended = asyncio.run_coroutine_threadsafe(self._machine.inner.wait(), core().loop)
        ended.add_done_callback(self._wake)
        unsubscribe = self._machine.console.subscribe(self._take, replay_from=0)
        try:
            while not (ended.done() and not self._written):
                number = self._turn(ended)
                if number is not None:
                    run = self._machine.leave()
                    status = SIGNAL_STATUS + number if number else run.status if run else 0
                    self._flush()
                    return Attached(run, status, self._last == b"\n")
        except BrokenPipeError:
            # Who read has left, as `head` does. A machine that is about to end does so in its own order.
            self._written.clear()
            unsubscribe()
            if isinstance(self._machine.inner, Owned):
                with contextlib.suppress(MachineTimeout):
                    self._machine.wait(UNREAD_S)
            self._machine.leave()
            raise
        except BaseException:
            self._machine.leave()
            raise
        finally:
            unsubscribe()
        run = ended.result()
        return Attached(run, run.status, self._last == b"\n")

    def _turn(self, ended: Future[Run]) -> int | None:
        """One wait and what it brought; the number of a signal that ends us, 0 when the user leaves."""
        readable = [self._wake.read_end]
        if self._input is not None and not ended.done() and self._wants_input():
            readable.append(self._input)
        ready, writable, _ = select.select(readable, [self._output] if self._written else [], [])
        for number in self._wake.signals():
            if number in STOPPING:
                return number
            if number == signal.SIGINT and self._second_interrupt():
                return 0
            self._job_control(number)
        if self._input in ready and self._read_input():
            return 0
        if writable:
            self._write_once()
        self._hold()
        self._send()
        return None

    def _take(self, offset: int, data: bytes) -> None:
        """What the machine wrote; called on the machines' thread."""
        missing = offset - self._next_offset
        if missing:
            self._written.append(f"\r\n[{missing} bytes before this were not kept]\r\n".encode())
        self._next_offset = offset + len(data)
        self._written.append(data)
        self._wake()

    def _write_once(self) -> None:
        data = self._written.popleft()
        try:
            count = os.write(self._output, data[:WRITE_BYTES])
        except BlockingIOError:
            count = 0
        if count < len(data):
            self._written.appendleft(data[count:])
        if count:
            self._last = data[count - 1 : count]

    def _flush(self) -> None:
        """What is left, as far as it can be written without waiting."""
        while self._written and select.select([], [self._output], [], 0)[1]:
            self._write_once()

    def _hold(self) -> None:
        """Holds a machine's output that comes faster than it is read, so that what waits does not fill our memory."""
        waiting = sum(map(len, tuple(self._written)))
        if not self._held and waiting > HELD_ABOVE_BYTES:
            with contextlib.suppress(MachineError):
                core().run(self._machine.inner.hold())
                self._held = True
        elif self._held and waiting < HELD_BELOW_BYTES:
            with contextlib.suppress(MachineError):
                core().run(self._machine.inner.release())
            self._held = False

    def _wants_input(self) -> bool:
        """A keyboard always, for the sake of Ctrl-C; anything else when the machine has taken what came before."""
        return self._terminal is not None or (self._sending is None and not self._typed)

    def _read_input(self) -> bool:
        """Takes what was typed; True when the user leaves."""
        assert self._input is not None
        try:
            data = os.read(self._input, READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._input = None
            return False
        if self._terminal is None:
            self._typed += data
            return False
        data, leave, _ = data.partition(bytes([LEAVE]))
        if INTERRUPT in data:
            self._interrupt()
        self._typed += data.replace(bytes([INTERRUPT]), b"")
        return bool(leave)

    def _send(self) -> None:
        """Gives the machine what was typed, one portion at a time, so that it can hold us back."""
        if self._sending is not None and self._sending.done():
            with contextlib.suppress(MachineError, asyncio.CancelledError):
                self._sending.result()
            self._sending = None
        if self._sending is None and self._typed:
            data, self._typed = bytes(self._typed), bytearray()
            sending = asyncio.run_coroutine_threadsafe(self._machine.inner.console.send(data), core().loop)
            self._sending = sending
            sending.add_done_callback(self._wake)

    def _interrupt(self) -> None:
        """What Ctrl-C does; a machine that has just ended needs none."""

        async def interrupt() -> None:
            with contextlib.suppress(MachineError):
                await self._machine.inner.interrupt()

        asyncio.run_coroutine_threadsafe(interrupt(), core().loop)

    def _second_interrupt(self) -> bool:
        """SIGINT comes where no keyboard is raw: the first interrupts the machine, the second leaves it."""
        self._interrupts += 1
        if self._interrupts == 1:
            self._interrupt()
        return self._interrupts > 1

    def _job_control(self, number: int) -> None:
        """Stops us with the terminal as it was, and makes it raw again when we go on."""
        if number == signal.SIGTSTP:
            if self._terminal:
                self._terminal.restore()
            os.kill(os.getpid(), signal.SIGSTOP)
        if number == signal.SIGCONT and self._terminal:
            self._terminal.raw()


def _input() -> int | None:
    """Standard input that is no keyboard; None where it is closed, or a terminal that belongs to another job."""
    try:
        descriptor = sys.stdin.fileno() if sys.stdin else None
    except (OSError, ValueError):
        return None
    return None if descriptor is None or os.isatty(descriptor) else descriptor
