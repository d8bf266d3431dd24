"""Kept machines on the real QEMU: another process owns them, and whatever dies, nothing is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine.conftest import eventually, left
from tests.machine.images import guest
from unikernel.errors import MachineError, Refusal
from unikernel.machine import registry
from unikernel.machine.kept.machine import KeptMachine
from unikernel.machine.runtime_folder import process_started
from unikernel.machine.sync import Machine, attach, boot

PATIENCE_S = 20
MOST_KEEPER_BYTES = 48 << 20


def is_gone(pid: int) -> bool:
    return process_started(pid) is None


def keeper_of(machine: Machine) -> int:
    inner = machine.inner
    assert isinstance(inner, KeptMachine)
    return inner.keeper_pid


def test_boot_leave_attach_wait() -> None:
    with boot(guest("ECHO", status=6), keep=True) as machine:
        machine.console.expect("up")
        name = machine.name
    again = attach(name)
    again.console.expect("up")
    again.console.send("ping")
    again.console.expect("ping")
    assert again.image.sha256 == guest("ECHO", status=6).sha256
    assert again.records.valid
    assert f"running {name}, 8 MiB" in str(again)
    again.interrupt()
    run = again.wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (6, "up\nping" + "break\n")
    assert eventually(lambda: is_gone(keeper_of(again)))


def test_one_that_nobody_saw_end_leaves_word_of_how() -> None:
    with boot(guest("ECHO", status=6), keep=True, name="alone") as machine:
        machine.console.expect("up")
        machine.console.send("x")
        machine.console.expect("x")
        pid = machine.pid
    registry.stop("alone")
    assert is_gone(pid)
    [ended] = registry.ended()
    assert (ended.name, ended.status, ended.ended_by) == ("alone", 130, "stopped")
    with pytest.raises(Refusal, match='console: "alone" has ended: stopped, .* ago; boot it again'):
        attach("alone")


def test_one_that_ends_at_once_still_tells_how() -> None:
    run = boot(guest("HELLO", status=7), keep=True).wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (7, "hello\n")


def test_what_boot_refuses_is_refused_here() -> None:
    with pytest.raises(Refusal, match="is more than this host has"):
        boot(guest("HELLO"), keep=True, memory_bytes=1 << 60)
    with pytest.raises(Refusal, match="a machine .x. runs already"):
        with boot(guest("IDLE"), name="x"):
            boot(guest("IDLE"), name="x", keep=True)


def test_the_keeper_has_nothing_of_its_caller_and_little_memory() -> None:
    with boot(guest("ECHO"), keep=True) as machine:
        machine.console.expect("up")
        process = Path(f"/proc/{keeper_of(machine)}")
        fields = process.joinpath("stat").read_text().rpartition(")")[2].split()
        parent, session, terminal = int(fields[1]), int(fields[3]), int(fields[4])
        assert parent != os.getpid()
        assert session not in (os.getsid(0), keeper_of(machine))
        assert terminal == 0
        assert process.joinpath("cwd").readlink() == Path("/")
        assert {process.joinpath(f"fd/{number}").readlink() for number in (0, 1, 2)} == {Path(os.devnull)}
        machine.pause()  # By now it has QEMU's monitor, too.
        resident = int(process.joinpath("statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert resident < MOST_KEEPER_BYTES
        machine.stop()


def test_it_outlives_who_booted_it(runtime_folder: Path) -> None:
    code = "from tests.machine.images import guest; from unikernel.machine.sync import boot; "
    code += "print(boot(guest('ECHO'), keep=True, name='mine').pid)"
    guest("ECHO")
    booter = [sys.executable, "-c", code]
    root = Path(__file__).parents[2]
    folder = {"UNIKERNEL_TEST_GUESTS": str(guest("ECHO").path.parent)}
    pid = int(subprocess.run(booter, cwd=root, env=os.environ | folder, capture_output=True, check=True).stdout)
    assert not is_gone(pid)
    attach("mine").console.expect("up")
    registry.stop("mine")
    assert is_gone(pid)
    assert eventually(lambda: not left(runtime_folder))


def test_killing_the_keeper_ends_qemu_and_the_next_look_sweeps(runtime_folder: Path) -> None:
    machine = boot(guest("IDLE"), keep=True)
    machine.console.expect("up\r\n")
    os.kill(keeper_of(machine), signal.SIGKILL)
    run = machine.wait(PATIENCE_S)
    assert (run.status, run.ended_by, run.reason) == (125, "vmm", "its keeper is gone")
    assert run.transcript.text == "up\n"
    assert eventually(lambda: is_gone(machine.pid))
    assert len(list(runtime_folder.iterdir())) == 2
    assert registry.running() == []
    assert not left(runtime_folder)
    [ended] = registry.ended()
    assert (ended.name, ended.status, ended.reason) == (machine.name, 125, "its keeper is gone")


def test_killing_qemu_ends_the_keeper_and_leaves_nothing(runtime_folder: Path) -> None:
    machine = boot(guest("IDLE"), keep=True)
    machine.console.expect("up")
    os.kill(machine.pid, signal.SIGKILL)
    run = machine.wait(PATIENCE_S)
    assert (run.status, run.reason) == (125, "QEMU was killed by SIGKILL")
    assert eventually(lambda: is_gone(keeper_of(machine)))
    assert not left(runtime_folder)


def test_a_keeper_that_is_asked_to_end_ends_its_machine_in_order(runtime_folder: Path) -> None:
    machine = boot(guest("IDLE"), keep=True)
    os.kill(keeper_of(machine), signal.SIGTERM)
    assert machine.wait(PATIENCE_S).ended_by == "stopped"
    assert eventually(lambda: is_gone(keeper_of(machine)))
    assert not left(runtime_folder)


def test_limits_hold_for_kept_machines() -> None:
    run = boot(guest("FLOOD"), keep=True, output_limit_bytes=10_000, timeout_s=0.5).wait(PATIENCE_S)
    assert run.ended_by == "timeout"
    assert len(run.transcript.data) == 10_000


def test_a_kept_machine_is_started_again_by_its_keeper() -> None:
    machine = boot(guest("RESTART"), keep=True)
    machine.console.expect("up\r\n")
    machine.console.expect("up\r\n")
    assert machine.restarts >= 1
    registry.stop(machine.name)
    run = machine.wait(PATIENCE_S)
    assert (run.ended_by, run.restarts >= 1) == ("stopped", True)


def test_a_keeper_that_cannot_start_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(MachineError, match='"hello" could not be kept: its keeper did not start'):
        boot(guest("HELLO"), keep=True)
