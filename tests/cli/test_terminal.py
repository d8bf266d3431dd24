"""The terminal: raw while a machine is attached, as it was afterwards, whatever died."""

from __future__ import annotations

import os
import signal
import termios
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import COMMAND, Command, Maker
from tests.machine.conftest import eventually

COUNTING = "import time\nprint('UP')\nwhile True: time.sleep(1)\n"
PATIENCE_S = 60


def attach(folder: Path) -> pexpect.spawn:
    return pexpect.spawn(COMMAND[0], ["boot", str(folder)], timeout=PATIENCE_S)


def modes(child: pexpect.spawn) -> list[object]:
    return termios.tcgetattr(child.child_fd)


def is_raw(child: pexpect.spawn) -> bool:
    local = modes(child)[3]
    assert isinstance(local, int)
    return not local & (termios.ICANON | termios.ECHO | termios.ISIG)


@pytest.fixture
def folder(project: Maker, unikernel: Command) -> Path:
    folder: Path = project(COUNTING)
    assert unikernel("build", folder).returncode == 0
    return folder


def test_the_leave_key_stops_the_machine(folder: Path) -> None:
    child = attach(folder)
    before = modes(child)
    child.expect(r"Ctrl-\] leaves")
    child.expect("UP")
    assert is_raw(child)
    child.send("\x1d")
    child.expect("app: stopped")
    child.expect(pexpect.EOF)
    assert modes(child) == before
    child.close()
    assert child.exitstatus == 130


def test_control_c_goes_to_the_machine(folder: Path) -> None:
    child = attach(folder)
    child.expect("UP")
    child.send("\x03")
    child.expect("KeyboardInterrupt")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1


def test_keys_are_typed_into_the_machine(project: Maker) -> None:
    child = attach(project("import sys\nprint('UP')\nprint('got', repr(sys.stdin.read(2)))\n"))
    child.expect("UP")
    child.send("\x1aq")
    child.expect("got '.x1aq'")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_in_order(folder: Path, number: signal.Signals) -> None:
    child = attach(folder)
    before = modes(child)
    child.expect("UP")
    os.kill(child.pid, number)
    child.expect(pexpect.EOF)
    assert modes(child) == before
    child.close()
    assert child.exitstatus == 128 + number


def test_the_terminal_is_restored_after_sigkill(folder: Path) -> None:
    child = attach(folder)
    before = modes(child)
    child.expect("UP")
    assert is_raw(child)
    os.kill(child.pid, signal.SIGKILL)
    assert eventually(lambda: modes(child) == before)


def test_the_terminal_is_restored_after_the_vmm_was_killed(folder: Path, unikernel: Command) -> None:
    child = attach(folder)
    before = modes(child)
    child.expect("UP")
    from unikernel.machine import registry

    entry = next(entry for entry in registry.running() if entry.pid == child.pid)
    os.kill(entry.vmm_pid, signal.SIGKILL)
    child.expect("QEMU was killed by SIGKILL")
    child.expect(pexpect.EOF)
    assert modes(child) == before
    child.close()
    assert child.exitstatus == 125


def test_a_stopped_job_gives_the_terminal_back(folder: Path) -> None:
    child = attach(folder)
    before = modes(child)
    child.expect("UP")
    os.kill(child.pid, signal.SIGTSTP)
    assert eventually(lambda: modes(child) == before)
    os.kill(child.pid, signal.SIGCONT)
    assert eventually(lambda: is_raw(child))
    child.send("\x1d")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
