"""One background thread that owns one asyncio loop and every machine of the process.

Jupyter's own loop stands still while a cell computes and is slow to see an interrupt, so machines do not live on it.
QEMU is forked from this thread because the parent-death signal fires when the forking *thread* ends, and this one
lives as long as the process.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar

from unikernel.errors import WrongState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")

CLEAN_UP_S: Final = 0.5
"""How long an interrupted `run` waits for the job's ``finally`` blocks."""

AT_EXIT_S: Final = 2.0


class Core:
    """The thread and its loop; use `core` to get the process's only one."""

    def __init__(self) -> None:
        """Start the thread; it is ready when this returns."""
        self.loop = asyncio.new_event_loop()
        self._at_exit: list[Callable[[], Awaitable[object]]] = []
        self._thread = threading.Thread(target=self._main, name="unikernel-loop", daemon=True)
        self._thread.start()

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def run(self, job: Coroutine[Any, Any, T], clean_up_s: float = CLEAN_UP_S) -> T:
        """Run `job` on the loop and wait for it, from any other thread.

        KeyboardInterrupt cancels the job, waits at most `clean_up_s` seconds for its clean-up, and is raised again.
        Raises what the job raises, and `WrongState` when called on the loop's own thread, where waiting could never
        end.
        """
        if threading.current_thread() is self._thread:
            job.close()
            message = "a blocking call was made on the machines' own thread; await the method instead."
            raise WrongState(message)
        # The future of run_coroutine_threadsafe is done as soon as it is cancelled; this event says that the job's clean-up is over.
        over = threading.Event()

        async def watched() -> T:
            try:
                return await job
            finally:
                over.set()

        future = asyncio.run_coroutine_threadsafe(watched(), self.loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            if future.cancel():
                over.wait(clean_up_s)
            raise

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Run a plain function on the loop's thread and return its result; on that thread itself, at once."""
        if threading.current_thread() is self._thread:
            return function(*arguments)

        async def job() -> T:
            return function(*arguments)

        return self.run(job())

    def at_exit(self, clean_up: Callable[[], Awaitable[object]]) -> None:
        """Have `clean_up` awaited on the loop when the process ends in order."""
        if not self._at_exit:
            atexit.register(self._close)
        if clean_up not in self._at_exit:
            self._at_exit.append(clean_up)

    def _close(self) -> None:
        async def job() -> None:
            async with asyncio.timeout(AT_EXIT_S):
                await asyncio.gather(*(clean_up() for clean_up in self._at_exit), return_exceptions=True)

        if self._thread.is_alive():
            # What takes longer is left to the parent-death signal and the next start's sweep.
            with contextlib.suppress(TimeoutError):
                self.run(job())


_core: Core | None = None
_lock = threading.Lock()


def core() -> Core:
    """The process's core, started at first use."""
    global _core  # noqa: PLW0603 - one per process is the point of it
    with _lock:
        if _core is None:
            _core = Core()
        return _core


def _forget() -> None:
    """A forked child has no copy of the thread: it starts its own core, and its parent's machines stay the parent's."""
    global _core, _lock  # noqa: PLW0603
    _core = None
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget)
