"""The whole way of a newcomer, in a browser: compose, build, boot, type, see the answer, plot, reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notebook.lab import Lab

APP = """%%unikernel app journey
import unikernel
print("\\x1b[32mready\\x1b[0m for the journey")
"""


def test_compose_build_boot_type_plot_reload(open_notebook: Callable[..., Lab]) -> None:
    lab = open_notebook(
        "journey",
        "%load_ext unikernel",
        APP,
        "%unikernel compose",
        "%unikernel build",
        "%unikernel boot --repl",
        "%unikernel plot footprint",
        "%unikernel plot boot",
        "%unikernel stop",
    )
    lab.run(0)
    lab.run(1)
    lab.run(2)
    composer = lab.cell(2).locator(".ukc")
    expect(composer.first).to_be_visible()
    composer.get_by_role("combobox").filter(has=lab.page.locator("option", has_text="x86_64-microvm")).first.wait_for()
    lab.picture("journey-1-compose", 2)
    lab.run(3, 120)
    expect(lab.cell(3).locator(".jp-OutputArea-output").last).to_contain_text("sha256")
    lab.picture("journey-2-build", 3)
    lab.run(4)
    lab.wait_screen(4, "ready for the journey")
    lab.wait_screen(4, ">>>")
    lab.type(4, "6*7\n")
    lab.wait_screen(4, "6*7\n42\n>>>")
    lab.type(4, "while True: pass\n\n")
    lab.page.keyboard.press("Control+c")
    lab.wait_screen(4, "KeyboardInterrupt")
    lab.picture("journey-3-console", 4)
    for cell, name in ((5, "footprint"), (6, "boot")):
        lab.run(cell, 120)
        picture = lab.cell(cell).locator(".jp-OutputArea-output").locator("img, svg").first
        expect(picture).to_be_visible()
        lab.picture(f"journey-4-{name}", cell)
    before = lab.screen(4)
    lab.reload()
    assert lab.wait_screen(4, "KeyboardInterrupt") == before
    lab.type(4, "1+1\n")
    lab.wait_screen(4, "1+1\n2\n>>>")
    lab.picture("journey-5-reloaded")
    lab.run(7)
    expect(lab.cell(4).locator(".ukn-state")).to_have_text("stopped")
