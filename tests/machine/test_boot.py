"""One machine of each ending, on the real QEMU."""

import pytest

from tests.machine.images import guest
from unikernel.machine import registry
from unikernel.machine.boot import boot
from unikernel.machine.handle import MachineState


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
    assert registry.process_started(first) is None
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
