"""The notebook of the web service in a real browser: build, boot, follow the link, ask, look into the wire, stop."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notebook.lab import Lab

NOTEBOOK = Path(__file__).parents[2] / "notebooks/04-a-web-service.ipynb"
HELLO = "Hello from a unikernel."
ASKED = "GET / for 10.0.2.2"
FRAME = 'IFrame(url, "100%", 60, extras=[\'style="background: white"\'])'


def test_a_service_is_built_asked_and_looked_into(open_notebook: Callable[..., Lab]) -> None:
    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    at = {line: index for index, cell in enumerate(cells) for line in cell.splitlines()}
    lab = open_notebook("web", *cells)
    boot, frame, wire = (at[line] for line in ("%unikernel boot web", FRAME, "%unikernel capture --stop"))
    for index in range(boot):
        lab.run(index, timeout_s=300)
    expect(lab.cell(at["%unikernel plot footprint web"]).locator("img").first).to_be_visible()
    lab.picture("web-footprint", at["%unikernel plot footprint web"])
    lab.run(boot)
    link = lab.cell(boot).locator(".ukn-places a")
    expect(link).to_have_text(re.compile(r"http://127\.0\.0\.1:\d+/"))
    with lab.context.expect_page() as page:
        link.click()
    expect(page.value.locator("body")).to_have_text(HELLO)
    page.value.close()
    before = lab.wait_screen(boot, ASKED).count(ASKED)
    lab.run(boot + 1)
    expect(lab.cell(boot + 1).locator(".jp-OutputArea")).to_contain_text(HELLO)
    lab.run(frame)
    expect(lab.cell(frame).frame_locator("iframe").locator("body")).to_have_text(HELLO)
    lab.wait_screen(boot, "\n".join([ASKED] * (before + 2)))
    lab.run(wire)
    table = lab.cell(wire).locator("table").last
    expect(table).to_contain_text("TCP SA")
    expect(table).to_contain_text("GET '/'")
    for index in range(wire + 1, at["machine.metrics()"] + 1):
        lab.run(index)
    expect(lab.cell(at["machine.metrics()"]).locator(".jp-OutputArea")).to_contain_text("net")
    for dark in (True, False):
        lab.dark(dark)
        time.sleep(0.5)
        for name, index in (("boot", boot), ("page", frame), ("capture", wire), ("metrics", at["machine.metrics()"])):
            lab.picture(f"web-{name}-{'dark' if dark else 'light'}", index)
    lab.run(at["%unikernel stop"])
    expect(lab.cell(boot).locator(".jp-OutputArea-output pre")).to_contain_text("stopped")
