"""The core thread: jobs run there, an interrupt cancels them and waits for their clean-up."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from unikernel.errors import WrongState
from unikernel.machine.loop import core

ROOT = Path(__file__).parents[2]


def test_a_job_runs_on_the_core_thread_and_returns() -> None:
    async def where() -> str:
        return threading.current_thread().name

    assert core().run(where()) == "unikernel-loop"
    assert core().call(lambda: threading.current_thread().name) == "unikernel-loop"
    assert core() is core()


def test_a_jobs_error_comes_out() -> None:
    async def fails() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        core().run(fails())


def test_an_interrupt_cancels_the_job_and_waits_for_its_clean_up() -> None:
    steps: list[str] = []

    async def job() -> None:
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            steps.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        core().run(job())
    assert steps == ["cleaned up"]


def test_an_interrupt_does_not_wait_for_ever() -> None:
    async def stubborn() -> None:
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(5)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        core().run(stubborn(), clean_up_s=0.05)
    assert time.monotonic() - began < 5


def test_blocking_on_the_core_thread_itself_is_refused() -> None:
    async def nested() -> None:
        core().run(asyncio.sleep(0))

    with pytest.raises(WrongState, match="on the machines' own thread"):
        core().run(nested())


def test_a_forked_child_starts_its_own() -> None:
    source = (
        "import os\nfrom unikernel.machine.loop import core\nfirst = core()\npid = os.fork()\n"
        "if pid == 0:\n    os._exit(0 if core() is not first and core().call(lambda: 7) == 7 else 1)\n"
        "assert os.waitpid(pid, 0)[1] == 0\n"
    )
    subprocess.run([sys.executable, "-c", source], check=True, cwd=ROOT, timeout=20)
