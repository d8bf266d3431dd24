"""Kept machines on the command line: boot --detach, console, ps --json, stop."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.cli.conftest import COMMAND, Command, Maker
from tests.machine.conftest import eventually, left
from tests.machine.gdb_client import Gdb
from unikernel.machine import registry
from unikernel.machine.panic import Symbols

ASKING = "import sys\nprint('name?')\nname = sys.stdin.readline().strip()\nprint('hello', name)\nsys.exit(len(name))\n"
PATIENCE_S = 60


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Of this test alone; nothing is left in it, but word of how machines ended."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "unikernel"
    yield folder
    for entry in registry.running():
        registry.stop(entry.name)
    assert eventually(lambda: not left(folder))


@pytest.fixture
def kept(unikernel: Command, project: Maker) -> dict[str, Any]:
    """A machine that asks for a name, as `boot --detach` tells of it."""
    result = unikernel("boot", project(ASKING), "--detach", "--name", "asking")
    assert (result.returncode, result.stderr) == (0, "")
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def attach(name: str) -> pexpect.spawn:
    return pexpect.spawn(COMMAND[0], ["console", name], timeout=PATIENCE_S)


def test_detach_tells_where_it_runs_on_one_line(kept: dict[str, Any], unikernel: Command) -> None:
    assert set(kept) == {"name", "pid", "console", "forwards"}
    assert (kept["name"], kept["forwards"]) == ("asking", [])
    assert Path(kept["console"]).is_socket()
    [listed] = json.loads(unikernel("ps", "--json").stdout)
    assert (listed["name"], listed["pid"], listed["console"]) == ("asking", kept["pid"], kept["console"])
    assert listed["kept"]
    assert f"keeper {kept['pid']}" in unikernel("ps").stdout


def test_its_status_passes_through_to_who_is_attached(kept: dict[str, Any], unikernel: Command) -> None:
    result = unikernel("console", input="world\n")
    assert result.stdout.split() == ["name?", "hello", "world"]
    assert (result.returncode, result.stderr) == (5, "")
    [listed] = json.loads(unikernel("ps", "--json").stdout)
    assert (listed["state"], listed["status"], listed["reason"]) == ("ended", 5, "exit 5")


def test_its_status_waits_for_who_was_not_attached(unikernel: Command, project: Maker) -> None:
    folder = project("import sys\nprint('done')\nsys.exit(7)")
    assert unikernel("boot", folder, "--detach").returncode == 0
    assert eventually(lambda: registry.running() == [])
    result = unikernel("console", "app")
    assert (result.returncode, result.stdout) == (7, "")
    assert re.fullmatch(r"app: it had ended: exit 7, .* ago\.\n", result.stderr)
    assert re.fullmatch(r"app: it had ended: exit 7, .* ago\.\n", unikernel("stop", "app").stdout)
    assert re.search(r"^app +exit 7, .* ago +8 MiB ", unikernel("ps").stdout, re.MULTILINE)


def test_the_leave_key_leaves_it_running(kept: dict[str, Any], unikernel: Command) -> None:
    first = attach("asking")
    before = termios.tcgetattr(first.child_fd)
    first.expect(r"Ctrl-\] leaves, and it runs on")
    first.expect("name")
    first.send("\x1d")
    first.expect("asking: left; it runs on")
    first.expect(pexpect.EOF)
    assert termios.tcgetattr(first.child_fd) == before
    first.close()
    assert first.exitstatus == 0
    both = [attach("asking"), attach("asking")]
    for each in both:
        each.expect("name")
    both[0].send("you\n")
    for each in both:
        each.expect("hello you")
        each.expect(pexpect.EOF)
        each.close()
        assert each.exitstatus == 3


def test_control_c_interrupts_the_app_from_any_console(kept: dict[str, Any]) -> None:
    console = attach("asking")
    console.expect("name")
    console.send("\x03")
    console.expect("KeyboardInterrupt")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 1


def test_a_signal_ends_the_view_and_not_the_machine(kept: dict[str, Any], unikernel: Command) -> None:
    console = attach("asking")
    console.expect("name")
    os.kill(console.pid, signal.SIGTERM)
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 128 + signal.SIGTERM
    assert [entry.name for entry in registry.running()] == ["asking"]


def test_stop_ends_it_and_who_is_attached_sees_that(kept: dict[str, Any], unikernel: Command) -> None:
    console = attach("asking")
    console.expect("name")
    assert unikernel("stop", "asking").stdout == "asking: stopped.\n"
    console.expect("asking: stopped")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 130


def test_a_reader_that_leaves_early_hurts_nobody(unikernel: Command, project: Maker) -> None:
    folder = project("import time\nwhile True:\n    print('y' * 70)\n    time.sleep_ms(1)")
    assert unikernel("boot", folder, "--detach").returncode == 0
    command = f"{COMMAND[0]} console app | head -n 1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stdout.split() == ["y" * 70, "141"]
    assert "Traceback" not in result.stderr
    assert [entry.name for entry in registry.running()] == ["app"]


def test_the_machine_of_another_process_is_no_kept_one(unikernel: Command, project: Maker) -> None:
    folder = project("while True: pass")
    owner = subprocess.Popen([COMMAND[0], "boot", str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert eventually(lambda: bool(registry.running()) and registry.running()[0].vmm_pid > 0)
    result = unikernel("console", "app")
    assert result.returncode == 2
    assert f'"app" belongs to process {owner.pid}, which shows it' in result.stderr
    registry.stop("app")
    assert owner.wait(PATIENCE_S) == 130


def test_gdb_is_told_by_the_command_to_paste(unikernel: Command, project: Maker) -> None:
    report = json.loads(unikernel("boot", project("print('let go')"), "--detach", "--gdb").stdout)
    program, debug, option, target = shlex.split(report["gdb"])
    assert (program, option, Path(debug).name) == ("gdb", "-ex", "app.debug.elf")
    assert json.loads(unikernel("ps", "--json").stdout)
    gdb = Gdb(Path(target.removeprefix("target remote ")))
    gdb.break_at(next(start for start, _, name in Symbols.read(Path(debug)).table if name == "app_main"))
    assert gdb.go_on().startswith("T05")
    gdb.leave()
    assert eventually(lambda: registry.running() == [])


def test_a_refusal_comes_before_the_machine_is_kept(unikernel: Command, kept: dict[str, Any], tmp_path: Path) -> None:
    result = unikernel("boot", tmp_path / "app", "--detach", "--name", "asking")
    assert (result.returncode, result.stdout) == (2, "")
    assert 'a machine "asking" runs already; stop it with `unikernel stop asking`' in result.stderr
