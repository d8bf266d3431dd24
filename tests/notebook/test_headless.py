"""Notebooks that no browser shows: the console's text is there in the end, and the file stays small."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient

from tests.notebook.test_console_in_lab import PLAY, SERVICE, SHOW

if TYPE_CHECKING:
    from pathlib import Path

HEADLESS_BYTES = 16_000
"""Widget state, written by nbclient unless told otherwise, included."""


def executed(folder: Path, *cells: str) -> Any:
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(node, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return node


def text_of(cell: Any) -> str:
    (output,) = [each for each in cell.outputs if each.output_type == "display_data"]
    return str(output.data["text/plain"])


def test_a_machine_that_ends_leaves_its_text(tmp_path: Path, root: str) -> None:
    greeting = "\x1b[32mready\x1b[0m\r\n"
    node = executed(
        tmp_path,
        f"import sys; sys.path.insert(0, {root!r}); GREETING = {greeting!r}{PLAY}",
        SHOW,
        "machine.console.expect('ready'); machine.console.send('!'); run = machine.wait(10)",
        "import time; time.sleep(0.1)",
    )
    shown = text_of(node.cells[1])
    assert "ended, exit 0" in shown
    assert shown.endswith("\x1b[32mready\x1b[0m")
    assert not any("widget" in mime for mime in node.cells[1].outputs[0].data)
    assert len(json.dumps(node)) < HEADLESS_BYTES


def test_a_machine_that_runs_on_shows_what_it_said_by_the_end_of_a_cell(tmp_path: Path, root: str) -> None:
    node = executed(
        tmp_path,
        f"import sys; sys.path.insert(0, {root!r}); GREETING = 'ready\\r\\n'{PLAY}",
        SHOW + "\nmachine.console.expect('ready')",
        "machine.console.send('abc\\r'); machine.console.expect('answer')\nimport time; time.sleep(0.1)",
    )
    shown = text_of(node.cells[1])
    assert "running" in shown
    assert "abc\nanswer" in shown
    assert len(json.dumps(node)) < HEADLESS_BYTES


def test_where_a_machine_that_runs_is_reached_stands_in_its_text(tmp_path: Path, root: str) -> None:
    node = executed(
        tmp_path,
        f"import sys; sys.path.insert(0, {root!r}); GREETING = 'ready\\r\\n'{PLAY}",
        SERVICE + "\nmachine.console.expect('ready')",
        "print(machine.forwards[0].url)",
    )
    url = node.cells[2].outputs[0].text.strip()
    head, links, *_, last = text_of(node.cells[1]).splitlines()
    assert head.startswith("● running stand-in")
    assert last == "ready"
    assert links.split("  ")[0] == url
    assert links.endswith("<img src=x onerror='window.owned=1'>")
