"""Figures of the notebook, in a real browser: how fast the console flows, and how soon a changed app says its first line."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from tests.notebook import lab

FLOOD_LINES = 16384
FLOOD_LINE_BYTES = 64
ROUNDS = 5

FLOOD = f"""%%unikernel app flood
import sys
sys.stdin.readline()
for number in range({FLOOD_LINES}):
    sys.stdout.write("%08d" % number + "x" * {FLOOD_LINE_BYTES - 10} + "\\n")
print("flooded")
# The terminal stays only while the machine runs.
sys.stdin.readline()
"""
SHOWN = "text => [...document.querySelectorAll('.xterm-rows')].some(rows => rows.textContent.includes(text))"
LOOK_MS = 50
CHANGED = """
from IPython import get_ipython
shell = get_ipython()
shell.run_cell_magic("unikernel", "app quick", "print('changed {number}')")
shell.run_line_magic("unikernel", "build quick")
shell.run_line_magic("unikernel", "boot quick")
"""


def measure(folder: Path) -> tuple[float, float]:
    """Bytes a second from machine to browser with none lost, and seconds from Shift+Enter to the first line shown."""
    with lab.server(folder) as address, lab.browser() as chromium:
        lab.notebook(
            folder / "flood.ipynb", "%load_ext unikernel", FLOOD, "%unikernel build flood", "%unikernel boot flood"
        )
        page = lab.Lab(chromium, address, "flood.ipynb")
        for cell in range(3):
            page.run(cell)
        page.start(3)
        page.cell(3).locator(".xterm-helper-textarea").last.wait_for(state="attached")
        time.sleep(1)
        began = time.monotonic()
        page.type(3, "\n")
        # Asked seldom and in one step, as each look at the page holds up what is measured.
        page.page.wait_for_function(SHOWN, arg="flooded", polling=LOOK_MS, timeout=60_000)
        rate = FLOOD_LINES * FLOOD_LINE_BYTES / (time.monotonic() - began)
        counts = page.cell(3).locator(".ukn-foot").inner_text()
        assert "MB out" in counts, counts
        assert "not shown" not in counts, counts
        page.close()

        # The first cell loads the extension, the second warms up; the others are measured.
        cells = ["%load_ext unikernel", *(CHANGED.format(number=number) for number in range(ROUNDS + 1))]
        lab.notebook(folder / "quick.ipynb", *cells)
        page = lab.Lab(chromium, address, "quick.ipynb")
        page.run(0)
        page.run(1)
        took = []
        for number in range(1, ROUNDS + 1):
            page.cell(number + 1).locator(".jp-InputArea-editor").click()
            began = time.monotonic()
            page.page.keyboard.press("Shift+Enter")
            output = page.cell(number + 1).locator(".jp-Cell-outputWrapper")
            output.get_by_text(f"changed {number}").first.wait_for(state="visible")
            took.append(time.monotonic() - began)
            page.run_ended(number + 1)
        page.close()
    return rate, statistics.median(took)
