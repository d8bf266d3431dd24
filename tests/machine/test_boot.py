"""One machine of each ending, on the real QEMU."""

from unittest.mock import AsyncMock

import pytest

from tests.machine.images import guest
from unikernel.errors import VmmError
from unikernel.machine import registry
from unikernel.machine.boot import boot
from unikernel.machine.handle import MachineState
from unikernel.machine.qemu import session as qemu
from unikernel.machine.runtime_folder import process_started


async def test_a_machine_boots_writes_and_ends_with_its_own_status() -> None:
    machine = await boot(guest("HELLO", status=7))
    run = await machine.wait(20)
    assert (run.status, run.ended_by) == (7, "machine")
    assert run.transcript.text == "hello\n"
    assert machine.state is MachineState.ENDED


@pytest.mark.parametrize(("said", "status"), [(0, 0), (1, 1), (256 + 3, 3), (-1, 255)])
async def test_the_status_is_cut_as_a_processs_is(said: int, status: int) -> None:
    run = await (await boot(guest("HELLO", status=said))).wait(20)
    assert (run.status, run.ended_by, run.records.exit.status) == (status, "machine", said)


@pytest.mark.parametrize("behaviour", ["QUIET", "SCRIBBLE", "TRIPLE"])
async def test_an_end_without_a_valid_record_is_134(behaviour: str) -> None:
    run = await (await boot(guest(behaviour))).wait(20)
    assert (run.status, run.ended_by, run.reason) == (134, "panic", "ended without a record")


async def test_a_panic_record_is_named_by_the_debug_elf() -> None:
    run = await (await boot(guest("PANIC_RECORD"))).wait(20)
    assert (run.status, run.ended_by) == (134, "panic")
    assert run.panic
    assert run.panic.address == 0x10
    assert str(run.panic.where).endswith("broken_function+0x2")
    assert "page fault" in run.panic.cause


async def test_a_time_limit_ends_a_spinning_machine_with_124() -> None:
    machine = await boot(guest("SPIN"), timeout_s=0.3)
    run = await machine.wait(20)
    assert (run.status, run.ended_by) == (124, "timeout")
    assert run.transcript.text == "up\n"


async def test_stop_is_130() -> None:
    machine = await boot(guest("IDLE"))
    await machine.console.expect("up")
    run = await machine.stop()
    assert (run.status, run.ended_by, run.reason) == (130, "stopped", "stopped")
    assert await machine.stop() is run


async def test_qemu_is_started_again_and_listed_with_its_new_process() -> None:
    machine = await boot(guest("RESTART"))
    await machine.console.expect("up\r\n")
    first = machine.pid
    await machine.console.expect("up\r\n")
    assert machine.restarts >= 1
    [entry] = registry.running()
    assert entry.vmm_pid == machine.pid != first
    assert process_started(first) is None
    run = await machine.stop()
    assert run.transcript.data == b"up\r\n" * (run.restarts + 1)


async def test_a_paused_machine_can_be_started_again() -> None:
    async with await boot(guest("ECHO")) as machine:
        await machine.console.expect("up")
        await machine.pause()
        await machine.restart()
        await machine.console.expect("up")
        await machine.console.send("second")
        await machine.console.expect("second")


async def test_an_answer_that_is_lost_with_the_machine_is_not_missed() -> None:
    """A machine that ends by a break takes QEMU along, and on a busy host often the monitor's answer, too."""
    machine = await boot(guest("ECHO", status=6))
    await machine.console.expect("up")
    session = machine._session
    assert isinstance(session, qemu.QemuSession)
    carry_out = session._monitor.execute

    async def lost(command: str, arguments: dict[str, object]) -> None:
        await carry_out(command, arguments)
        message = "QEMU did not carry out it (Disconnected)."
        raise VmmError(message)

    session._monitor.execute = lost  # type: ignore[method-assign, assignment]
    await machine.interrupt()
    assert (await machine.wait(20)).status == 6


async def test_a_break_that_did_not_reach_a_machine_that_runs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qemu, "GONE_S", 0.05)
    machine = await boot(guest("SPIN"))
    await machine.console.expect("up")
    assert isinstance(machine._session, qemu.QemuSession)
    machine._session._monitor.execute = AsyncMock(side_effect=VmmError("gone"))  # type: ignore[method-assign]
    with pytest.raises(VmmError, match="gone"):
        await machine.interrupt()
    await machine.stop()
