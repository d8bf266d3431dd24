"""The whole way in a real browser: compose, build, boot, type, see the answer, plot, reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notebook.lab import Lab

APP = '%%unikernel app journey\nprint("hello from", 40 + 2)\n'


def test_from_a_cell_to_a_running_machine(open_notebook: Callable[..., Lab]) -> None:
    lab = open_notebook(
        "journey",
        "%load_ext unikernel",
        APP,
        "%unikernel compose journey",
        "%unikernel build journey",
        "%unikernel boot journey --set repl.after_app=true",
        "%unikernel plot footprint journey",
        "%unikernel ps",
        "%unikernel stop",
    )
    for index in range(3):
        lab.run(index)
    expect(lab.cell(2).locator("svg").first).to_be_visible()
    composer = lab.cell(2).locator(".ukc")
    composer.get_by_label("device", exact=True).select_option("repl")
    switch = composer.get_by_role("switch", name="after_app, open: given at boot")
    expect(switch).to_have_text("fixed at build")
    switch.focus()
    lab.page.keyboard.press("Space")
    expect(switch).to_be_checked()
    expect(switch).to_have_text("open: given at boot")
    expect(composer.locator("pre")).to_contain_text("Repl(after_app=OPEN)")
    expect(composer.locator("svg:visible")).to_contain_text("Repl · open: after_app")
    lab.picture("journey-compose", 2)
    lab.run(3, timeout_s=300)
    expect(lab.cell(3).locator(".jp-OutputArea")).to_contain_text("journey")
    lab.picture("journey-build", 3)
    lab.run(4)
    lab.wait_screen(4, "hello from 42")
    lab.wait_screen(4, ">>>")
    lab.type(4, "6*7\n")
    lab.wait_screen(4, "\n42")
    lab.picture("journey-console", 4)
    lab.run(5)
    expect(lab.cell(5).locator("img").first).to_be_visible()
    lab.picture("journey-footprint", 5)
    lab.run(6)
    expect(lab.cell(6).locator(".jp-OutputArea")).to_contain_text("journey")
    lab.reload()
    lab.wait_screen(4, "\n42")
    lab.run(7)
    lab.picture("journey-stopped")
