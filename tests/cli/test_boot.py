"""What `unikernel boot` promises on pipes: bytes, endings, what goes where."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Command, Maker


@pytest.mark.parametrize(
    ("source", "status", "text"),
    [
        ("print('all done')", 0, "all done"),
        ("import sys\nsys.exit(7)", 7, ""),
        ("import sys\nsys.exit(257)", 1, ""),
        ("import sys\nsys.exit('sorry')", 1, "sorry"),
        ("1 / 0", 1, 'File "main.py", line 1'),
    ],
)
def test_the_machines_status_is_the_commands(
    unikernel: Command, project: Maker, source: str, status: int, text: str
) -> None:
    result = unikernel("boot", project(source))
    assert result.returncode == status
    assert text in result.stdout
    assert result.stderr == ""


def test_a_timeout_is_124_and_says_so(unikernel: Command, project: Maker) -> None:
    result = unikernel("boot", project("print('begun')\nwhile True: pass"), "--timeout", "2")
    assert result.returncode == 124
    assert "begun" in result.stdout
    assert result.stderr == "app: still running after 2 s\n"


def test_the_end_of_the_input_does_not_end_the_machine(unikernel: Command, project: Maker) -> None:
    source = "import sys, time\nline = sys.stdin.readline()\ntime.sleep(0.3)\nprint('read', line.strip())"
    assert "read word" in unikernel("boot", project(source), input="word\n").stdout


def test_json_stands_on_a_line_of_its_own(unikernel: Command, project: Maker) -> None:
    result = unikernel("boot", project("import sys\nsys.stdout.write('no newline')"), "--json")
    lines = result.stdout.splitlines()
    assert lines[-2] == "no newline"
    ending = json.loads(lines[-1])
    assert (ending["status"], ending["ended_by"]) == (0, "machine")
    assert ending["timeline"]
    assert 0 < ending["memory_in_use_bytes"] < 1 << 20


def test_json_tells_a_refusal_too(unikernel: Command, tmp_path: Path) -> None:
    result = unikernel("boot", tmp_path / "none", "--json")
    ending = json.loads(result.stdout.splitlines()[-1])
    assert (result.returncode, ending["status"], ending["ended_by"]) == (2, 2, "refusal")


def test_the_printed_command_boots_the_same_image(unikernel: Command, project: Maker) -> None:
    folder = project("print('pasted')")
    printed = unikernel("boot", folder, "--print-command").stdout.splitlines()[-1]
    command = shlex.split(printed)
    assert "signal=off" in printed
    assert command[command.index("-kernel") + 1] == str(folder / "build" / "app.elf")
    pasted = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert "pasted" in pasted.stdout


def test_a_prompt_on_demand(unikernel: Command, project: Maker) -> None:
    result = unikernel("boot", project("print('app')"), "--repl", "--timeout", "60", input="print(6 * 7)\r\x04")
    assert "app" in result.stdout
    assert "42" in result.stdout
    assert result.returncode == 0


def test_who_stops_reading_stops_the_machine(project: Maker) -> None:
    folder = project("while True: print('y' * 70)")
    command = f"{shlex.quote(COMMAND[0])} boot {shlex.quote(str(folder))} | head -n 1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    first, status = result.stdout.split()
    assert first == "y" * 70
    assert status == "141"
    assert "Traceback" not in result.stderr


def test_a_reader_that_leaves_early_does_not_hurt_the_machine(unikernel: Command, tmp_path: Path) -> None:
    folder = tmp_path / "talker"
    assert unikernel("new", "--template", "storage", folder).returncode == 0
    main = folder / "main.py"
    main.write_text("for number in range(3000):\n    print('words', number)\n" + main.read_text())
    command = f"{COMMAND[0]} boot {folder} | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "words 0\n"
    assert "Traceback" not in done.stderr
    assert unikernel("boot", folder).stdout.splitlines()[-1] == "boot 2"
