"""The life of a machine, played by the fake: no QEMU here."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine.images import stand_in
from unikernel import abi
from unikernel.errors import MachineError, MachineTimeout, Refusal, VmmError, WrongState
from unikernel.machine import registry
from unikernel.machine.boot import boot
from unikernel.machine.entry import STOP
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.handle import MachineState
from unikernel.machine.machine import Machine
from unikernel.machine.vmm import Hardware, Session


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield tmp_path / "unikernel"
    assert registry.running() == []


async def hello(machine: FakeMachine) -> None:
    await machine.write("hello\r\n")
    machine.note_exit(3)


async def echo(machine: FakeMachine) -> None:
    await machine.write("up\r\n")
    while data := await machine.read():
        await machine.write(data)


async def boot_fake(script: object = echo, **options: object) -> Machine:
    return await boot(stand_in(), vmm=Fake(script), **options)  # type: ignore[arg-type]


async def test_a_script_that_returns_ends_the_machine_with_its_record() -> None:
    machine = await boot_fake(hello)
    run = await machine.wait(5)
    assert (run.status, run.ended_by, run.transcript.text) == (3, "machine", "hello\n")
    assert run.versions == {"vmm": "fake"}
    assert machine.state is MachineState.ENDED
    assert machine.run is run


async def test_no_record_is_134() -> None:
    async def silent(_machine: FakeMachine) -> None:
        pass

    run = await (await boot_fake(silent)).wait(5)
    assert (run.status, run.ended_by, run.reason) == (134, "panic", "ended without a record")


async def test_a_vmm_that_fails_is_125() -> None:
    async def fails(machine: FakeMachine) -> None:
        machine.note_exit(0)
        message = "the fake broke"
        raise VmmError(message)

    run = await (await boot_fake(fails)).wait(5)
    assert (run.status, run.ended_by, run.reason) == (125, "vmm", "the fake broke")


async def test_stop_is_130_and_twice_the_same_run() -> None:
    machine = await boot_fake()
    run = await machine.stop()
    assert (run.status, run.ended_by) == (130, "stopped")
    assert await machine.stop() is run


async def test_leaving_the_context_stops_the_machine() -> None:
    async with await boot_fake() as machine:
        assert machine.state is MachineState.RUNNING
    assert machine.state is MachineState.ENDED


async def test_time_is_a_limit_and_says_so() -> None:
    run = await (await boot_fake(timeout_s=0.01)).wait(5)
    assert (run.status, run.ended_by, run.reason) == (124, "timeout", "still running after 0.01 s")


async def test_waiting_in_vain_leaves_the_machine_running() -> None:
    async with await boot_fake() as machine:
        with pytest.raises(MachineTimeout, match='"stand-in" still runs after 0.01 s'):
            await machine.wait(0.01)
        assert machine.state is MachineState.RUNNING


async def test_a_method_that_needs_another_state_names_both() -> None:
    machine = await boot_fake(hello)
    await machine.wait(5)
    with pytest.raises(WrongState, match='interrupt: "stand-in" must be running or paused for that, but it is ended'):
        await machine.interrupt()
    with pytest.raises(WrongState, match="has ended"):
        await machine.console.send("x")


async def test_pause_and_resume() -> None:
    async with await boot_fake() as machine:
        with pytest.raises(WrongState, match="must be paused"):
            await machine.resume()
        await machine.pause()
        assert machine.state is MachineState.PAUSED
        await machine.resume()
        assert machine.state is MachineState.RUNNING


async def test_an_interrupt_is_a_break() -> None:
    async def waits(machine: FakeMachine) -> None:
        await machine.broken.wait()
        machine.note_exit(1)

    machine = await boot_fake(waits)
    await machine.interrupt()
    assert (await machine.wait(5)).status == 1


async def test_settle_returns_the_run_of_a_machine_that_ended() -> None:
    machine = await boot_fake(hello)
    run = await machine.settle(5)
    assert run
    assert run.status == 3


async def test_settle_leaves_a_machine_that_has_begun_running() -> None:
    async with await boot_fake() as machine:
        assert await machine.settle(0.01) is None
        assert machine.state is MachineState.RUNNING


async def silent(machine: FakeMachine) -> None:
    await machine.read()


async def test_settle_waits_no_longer_than_told_for_a_machine_that_says_nothing() -> None:
    async with await boot_fake(silent) as machine:
        # Five minutes after its first output, which never comes.
        assert await asyncio.wait_for(machine.settle(300, silent_s=0.01), 60) is None
        assert machine.state is MachineState.RUNNING


async def test_giving_up_settling_stops_the_machine() -> None:
    machine = await boot_fake(silent)
    waiting = asyncio.ensure_future(machine.settle())
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert machine.state is MachineState.ENDED


async def test_input_waits_until_the_machine_listens() -> None:
    got: list[bytes] = []

    async def starts_slowly(machine: FakeMachine) -> None:
        machine.note_listening(listening=False)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                got.append(await machine.read())
        machine.note_listening(listening=True)
        got.append(await machine.read())

    async with await boot_fake(starts_slowly) as machine:
        await machine.console.send("early")
        await machine.wait(5)
    assert got == [b"early"]


async def test_scribbled_records_read_as_none() -> None:
    async def scribbles(machine: FakeMachine) -> None:
        machine.memory[:] = os.urandom(len(machine.memory))

    run = await (await boot_fake(scribbles)).wait(5)
    assert run.records == abi.Records()
    assert run.status == 134


async def test_a_booted_machine_is_listed_until_its_end() -> None:
    async with await boot_fake() as machine:
        [entry] = registry.running()
        assert (entry.name, entry.pid, entry.memory_bytes) == ("stand-in", os.getpid(), machine.limits.memory_bytes)
        async with await boot_fake() as second:
            assert second.name == "stand-in-2"
        with pytest.raises(Refusal, match='a machine "stand-in" runs already'):
            await boot_fake(name="stand-in")


async def test_a_vmm_that_cannot_start_leaves_nothing() -> None:
    class Broken:
        name = "broken"

        async def start(self, hardware: Hardware) -> object:
            message = "no"
            raise VmmError(message)

    with pytest.raises(VmmError):
        await boot(stand_in(), vmm=Broken())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"memory_bytes": 4096}, "memory: 4 KiB is too little for .*; the least that works is 1 MiB"),
        ({"memory_bytes": -1}, "memory: -1 is not a whole number of bytes above zero"),
        ({"memory_bytes": "8M"}, "memory: '8M' is not a whole number"),
        ({"memory_bytes": 1 << 60}, "is more than this host has"),
        ({"timeout_s": 0}, "timeout: 0 is not a number of seconds above zero"),
        ({"timeout_s": float("nan")}, "timeout: nan is not a number"),
        ({"timeout_s": "3"}, "timeout: '3' is not a number"),
        ({"output_limit_bytes": 0}, "output limit: 0 is not a whole number"),
        ({"name": "../x"}, 'name: "../x" cannot name a machine'),
        ({"target": "vax"}, 'there is no target "vax"'),
        ({"accel": "warp"}, 'there is no accelerator "warp"; choose one of tcg, kvm, auto'),
    ],
)
async def test_what_cannot_be_is_refused_in_one_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        await boot_fake(**options)


async def test_an_image_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not there any more; build it again"):
        await boot(stand_in(tmp_path / "gone.elf"), vmm=Fake(echo))


async def test_kvm_that_is_absent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unikernel.machine.accelerator.KVM_DEVICE", "/nowhere/kvm")
    with pytest.raises(Refusal, match="this host has no /nowhere/kvm; use tcg"):
        await boot_fake(accel="kvm")


async def test_expect_matches_what_came_and_what_comes() -> None:
    async with await boot_fake() as machine:
        assert (await machine.console.expect(r"u(p)"))[1] == b"p"
        await machine.console.send("one 1 two 2 ")
        assert (await machine.console.expect(r"\d"))[0] == b"1"
        assert (await machine.console.expect(r"\d"))[0] == b"2"
        with pytest.raises(MachineTimeout, match='did not write "three" within 0.01 s; its last words'):
            await machine.console.expect("three", 0.01)


async def test_expect_ends_with_the_machine() -> None:
    machine = await boot_fake(hello)
    with pytest.raises(MachineError, match='ended without having written "never"'):
        await machine.console.expect("never", 5)
    await machine.wait(5)
    assert (await machine.console.expect("hel+o"))[0] == b"hello"


async def test_a_subscriber_that_fails_is_dropped_and_hurts_nobody() -> None:
    seen: list[bytes] = []

    def fails(_offset: int, _data: bytes) -> None:
        message = "a subscriber's own mistake"
        raise ValueError(message)

    async with await boot_fake() as machine:
        machine.console.subscribe(fails)
        machine.console.subscribe(lambda _offset, data: seen.append(data))
        await machine.console.expect("up")
        await machine.console.send("more")
        await machine.console.expect("more")
    assert b"".join(seen) == b"up\r\nmore"


async def restarts(machine: FakeMachine) -> None:
    await machine.write("up\r\n")
    machine.note_exit(0, abi.ExitKind.RESTART)


async def test_a_machine_that_asks_is_started_again_under_its_name_on_its_console(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("unikernel.machine.machine.RESTART_NS", 0)
    lives = 0

    async def three_lives(machine: FakeMachine) -> None:
        nonlocal lives
        lives += 1
        await machine.write(f"life {lives}\r\n")
        machine.note_exit(lives, abi.ExitKind.RESTART if lives < 3 else abi.ExitKind.STATUS)

    run = await (await boot_fake(three_lives)).wait(5)
    assert (run.name, run.status, run.ended_by, run.restarts) == ("stand-in", 3, "machine", 2)
    assert run.transcript.text == "life 1\nlife 2\nlife 3\n"
    assert "restarted 2 times" in str(run)


async def test_a_machine_that_restarts_for_ever_waits_in_between_and_can_be_stopped() -> None:
    states: list[MachineState] = []
    machine = await boot_fake(restarts)
    machine.watch(lambda: states.append(machine.state))
    await machine.console.expect("up")
    while MachineState.STARTING not in states:
        await asyncio.sleep(0.001)
    assert [entry.name for entry in registry.running()] == ["stand-in"]
    run = await machine.stop()
    assert (run.ended_by, run.restarts) == ("stopped", 0)
    assert MachineState.RUNNING not in states


async def test_time_limits_all_lives_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unikernel.machine.machine.RESTART_NS", 1_000_000)
    run = await (await boot_fake(restarts, timeout_s=0.2)).wait(5)
    assert run.ended_by == "timeout"
    assert run.restarts > 1


async def test_a_restart_from_outside_begins_anew_at_once() -> None:
    async with await boot_fake() as machine:
        await machine.console.expect("up")
        await machine.restart()
        assert (machine.state, machine.restarts) == (MachineState.RUNNING, 1)
        await machine.console.expect("up")
        await machine.console.send("to the second")
        await machine.console.expect("to the second")


async def test_a_restart_that_cannot_be_started_is_the_vmms_failure() -> None:
    class Once(Fake):
        starts = 0

        async def start(self, hardware: Hardware) -> Session:
            self.starts += 1
            if self.starts > 1:
                message = "the host is full"
                raise VmmError(message)
            return await super().start(hardware)

    machine = await boot(stand_in(), vmm=Once(echo))
    with pytest.raises(MachineError, match="was not started again: it could not be started again: the host is full"):
        await machine.restart()
    assert (await machine.wait(5)).status == 125


async def test_the_second_life_is_the_same_image_whatever_has_become_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unikernel.machine.machine.RESTART_NS", 0)
    path = tmp_path / "x.elf"
    path.write_bytes(b"first")
    booted: list[bytes] = []

    async def notes(machine: FakeMachine) -> None:
        booted.append(machine.hardware.kernel.read_bytes())
        path.unlink(missing_ok=True)
        path.write_bytes(b"second")
        machine.note_exit(0, abi.ExitKind.RESTART if len(booted) < 2 else abi.ExitKind.STATUS)

    await (await boot(stand_in(path), vmm=Fake(notes))).wait(5)
    assert booted == [b"first", b"first"]


async def test_shutting_down_stops_a_machine_that_nobody_can_ask() -> None:
    assert (await (await boot_fake()).shutdown()).ended_by == "stopped"


async def test_a_vmm_that_a_stop_from_elsewhere_killed_was_stopped() -> None:
    async def is_killed(machine: FakeMachine) -> None:
        await machine.read()
        message = "killed before it had its handlers"
        raise VmmError(message)

    machine = await boot_fake(is_killed)
    machine.listing.beside(STOP).touch()
    await machine.console.send("now")
    assert (await machine.wait(5)).ended_by == "stopped"
