"""Whatever dies, nothing is left: no QEMU, no file, no socket. The fixture looks for files and processes after each
test too.
"""

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.machine.images import FOLDER, folder, guest
from unikernel.errors import Refusal
from unikernel.machine import registry
from unikernel.machine.boot import boot
from unikernel.machine.qemu import monitor as qemu_monitor
from unikernel.machine.runtime_folder import process_started

PATIENCE_S = 10
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def owner(behaviour: str, *arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A process that owns a machine, and the pid of its QEMU."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.machine.owner", behaviour, *arguments),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {FOLDER: str(folder())},
    )
    try:
        assert process.stdout
        yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def gone(pid: int) -> bool:
    """Whether a process ends within patience."""
    for _ in range(PATIENCE_S * 100):
        if process_started(pid) is None:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_killing_the_owner_ends_qemu_and_the_next_look_sweeps(runtime_folder: Path) -> None:
    async with owner("IDLE") as (process, pid):
        assert registry.running()[0].vmm_pid == pid
        process.kill()
        await process.wait()
        assert await gone(pid)
    assert list(runtime_folder.iterdir())
    assert registry.running() == []
    assert not list(runtime_folder.iterdir())


async def test_an_owner_that_is_asked_to_end_leaves_nothing_at_all(runtime_folder: Path) -> None:
    async with owner("IDLE") as (process, pid):
        process.send_signal(signal.SIGINT)
        await process.wait()
        assert await gone(pid)
        assert not list(runtime_folder.iterdir())


async def test_killing_qemu_is_125() -> None:
    machine = await boot(guest("IDLE"))
    await machine.console.expect("up\r\n")
    os.kill(machine.pid, signal.SIGKILL)
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.ended_by, run.reason) == (125, "vmm", "QEMU was killed by SIGKILL")
    assert run.transcript.text == "up\n"
    assert run.records.valid


async def test_a_spinning_machine_can_be_stopped() -> None:
    machine = await boot(guest("SPIN"))
    await machine.console.expect("up")
    assert (await machine.stop()).status == 130


async def test_a_flood_is_kept_up_to_the_limit_and_the_cut_is_noted() -> None:
    machine = await boot(guest("FLOOD"), output_limit_bytes=10_000, timeout_s=1)
    run = await machine.wait(PATIENCE_S)
    assert run.ended_by == "timeout"
    assert len(run.transcript.data) == 10_000
    assert run.transcript.offset > 10_000
    assert run.transcript.text.startswith(f"[{run.transcript.offset} bytes before this were not kept]\n")


async def test_stop_works_from_another_process_even_when_the_owner_stands_still() -> None:
    async with owner("IDLE", "far") as (process, pid):
        process.send_signal(signal.SIGSTOP)
        await asyncio.to_thread(registry.stop, "far")
        assert await gone(pid)
        process.send_signal(signal.SIGCONT)
        assert process.stdout
        assert await process.stdout.readline() == b"130 stopped\n"


async def test_stopping_what_does_not_run_names_what_does() -> None:
    with pytest.raises(Refusal, match='no machine "x" runs; none runs'):
        registry.stop("x")
    async with await boot(guest("IDLE")):
        with pytest.raises(Refusal, match='no machine "x" runs; these run: idle'):
            registry.stop("x")


async def test_a_full_disk_refuses_the_boot_in_words(runtime_folder: Path) -> None:
    runtime_folder.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "none", str(runtime_folder)], check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount the small disk that is to be full")
    try:
        full = runtime_folder / "full"
        with pytest.raises(OSError, match="No space left"):
            full.write_bytes(b"x" * 8192)
        with pytest.raises(Refusal, match="No space left on device.*free some space there"):
            await boot(guest("IDLE"))
        assert [path.name for path in runtime_folder.iterdir()] == ["full"]
    finally:
        subprocess.run(["umount", str(runtime_folder)], check=True)


async def test_a_missing_qemu_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refusal, match="QEMU is not installed.*apt-get install qemu-system-x86"):
        await boot(guest("IDLE"))


async def test_many_machines_start_and_end_side_by_side() -> None:
    machines = await asyncio.gather(*(boot(guest("HELLO", status=4)) for _ in range(8)))
    assert len({machine.name for machine in machines}) == 8
    assert [(await machine.wait(60)).status for machine in machines] == [4] * 8


async def test_machines_that_end_while_their_monitor_is_connected_end_in_order(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at_once = asyncio.Semaphore(6)

    async def one(connect_after_s: float) -> int:
        async with at_once:
            monkeypatch.setattr(qemu_monitor, "CONNECT_AFTER_S", connect_after_s)
            return (await (await boot(guest("HELLO", status=7))).wait(60)).status

    statuses = await asyncio.gather(*(one(number / 500) for number in range(60)))
    assert statuses == [7] * 60
    gc.collect()  # What nobody asked of the monitor's client, asyncio reports now.
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []


async def test_a_cancelled_owner_ends_its_machine() -> None:
    pids = []

    async def own() -> None:
        async with await boot(guest("IDLE")) as machine:
            pids.append(machine.pid)
            await machine.wait()

    task = asyncio.ensure_future(own())
    while not pids:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await gone(pids[0])


def test_a_loop_that_is_closed_ends_its_machines() -> None:
    pids = []

    async def careless() -> None:
        pids.append((await boot(guest("IDLE"))).pid)

    asyncio.run(careless())
    assert process_started(pids[0]) is None
