"""The console in JupyterLab, over a machine that is played by a script: what a person sees and does, without QEMU."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notebook.lab import Lab

    Opens = Callable[..., Lab]

PLAY = """
from unikernel.machine.fake import Fake
from unikernel.machine.sync import boot
from unikernel.notebook.display import show_console
from tests.machine.images import stand_in

async def echo(machine):
    await machine.write(GREETING)
    while data := await machine.read():
        if data == b"!":
            machine.note_exit(0)
            return
        if data == b"~":
            for number in range(16384):
                await machine.write(b"%08d" % number + b"x" * 54 + b"\\r\\n")
            await machine.write("flooded\\r\\n")
            continue
        await machine.write(data.replace(b"\\r", b"\\r\\nanswer\\r\\n"))

async def watch_breaks(machine):
    import asyncio
    play = asyncio.ensure_future(echo(machine))
    try:
        while not play.done():
            broken = asyncio.ensure_future(machine.broken.wait())
            await asyncio.wait((play, broken), return_when=asyncio.FIRST_COMPLETED)
            broken.cancel()
            if machine.broken.is_set():
                machine.broken.clear()
                await machine.write("interrupted\\r\\n")
    finally:
        play.cancel()
"""
SHOW = """
machine = boot(stand_in(), vmm=Fake(watch_breaks))
show_console(machine)
"""

SERVICE = """
from unikernel.build.manifest import ManifestDevice
from unikernel.table import Link
nics = (ManifestDevice("net", "VirtioNet", {"network": "user"}, open=("mac",)),)
machine = boot(stand_in(devices=nics), vmm=Fake(watch_breaks), forward=["0:80", "0:443", "0:5432"])
machine.inner.addresses = (Link("<img src=x onerror='window.owned=1'>", "javascript:window.owned=1"),)
show_console(machine)
"""


def played(opens: Opens, name: str, greeting: str = "\x1b[32mready\x1b[0m\r\n", *more: str) -> Lab:
    lab = opens(name, f"GREETING = {greeting!r}{PLAY}", SHOW, *more)
    lab.run(0)
    lab.run(1)
    return lab


def test_typing_ctrl_c_paste_and_leaving(open_notebook: Opens) -> None:
    lab = played(open_notebook, "typing")
    lab.wait_screen(1, "ready")
    cells = lab.page.locator(".jp-Notebook .jp-Cell").count()
    # a, b, dd, x are JupyterLab's own keys: none may leave the terminal.
    lab.type(1, "abddx\n")
    lab.wait_screen(1, "abddx\nanswer")
    assert lab.page.locator(".jp-Notebook .jp-Cell").count() == cells
    lab.page.keyboard.press("Control+c")
    lab.wait_screen(1, "interrupted")
    lab.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData('text/plain', 'pasted words');
          document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    lab.wait_screen(1, "pasted words")
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("Escape")
    assert lab.page.evaluate("() => document.activeElement.classList.contains('ukn-card')")
    lab.page.keyboard.press("Tab")
    assert lab.page.evaluate("() => document.activeElement.textContent") == "Restart"


def test_typing_reaches_the_machine_while_a_cell_computes(open_notebook: Opens) -> None:
    lab = played(open_notebook, "busy", "ready\r\n", "import time\ntime.sleep(6)", "1")
    lab.wait_screen(1, "ready")
    lab.start(2)
    expect(lab.cell(2).locator(".jp-InputPrompt").first).to_have_text("[*]:")
    # JupyterLab moves the focus to the next cell in its own time.
    time.sleep(0.5)
    lab.type(1, "while busy\n")
    lab.wait_screen(1, "while busy\nanswer", 4)
    assert lab.cell(2).locator(".jp-InputPrompt").first.inner_text() == "[*]:"


def test_reload_replays_and_the_end_is_told(open_notebook: Opens) -> None:
    lab = played(open_notebook, "reload")
    lab.type(1, "before\n")
    before = lab.wait_screen(1, "before\nanswer")
    lab.reload()
    assert lab.wait_screen(1, "before\nanswer") == before
    lab.type(1, "!")
    expect(lab.cell(1).locator(".ukn-state")).to_have_text("ended, exit 0")
    expect(lab.cell(1).get_by_role("button", name="Stop")).to_be_disabled()


def test_the_end_leaves_text_with_its_colours(open_notebook: Opens) -> None:
    lab = played(open_notebook, "end")
    lab.wait_screen(1, "ready")
    lab.type(1, "!")
    text = lab.cell(1).locator(".jp-OutputArea-output pre")
    expect(text).to_contain_text("ready")
    expect(text).to_contain_text("ended, exit 0")
    expect(text.locator(".ansi-green-fg", has_text="ready")).to_be_visible()
    assert lab.cell(1).locator(".ukn-card").count() == 0
    lab.picture("console-ended", 1)


def test_stop_restart_and_save(open_notebook: Opens) -> None:
    lab = played(open_notebook, "buttons")
    lab.wait_screen(1, "ready")
    with lab.page.expect_download() as download:
        lab.cell(1).get_by_role("button", name="Save log").click()
    assert download.value.suggested_filename == "stand-in.log"
    assert download.value.path().read_bytes() == b"\x1b[32mready\x1b[0m\r\n"
    lab.type(1, "first\n")
    lab.wait_screen(1, "first\nanswer")
    lab.cell(1).get_by_role("button", name="Restart").click()
    assert lab.wait_screen(1, "-- restarted --\nready").startswith("ready\nfirst\nanswer")
    lab.type(1, "second\n")
    lab.wait_screen(1, "second\nanswer")
    lab.cell(1).get_by_role("button", name="Stop").click()
    expect(lab.cell(1).locator(".jp-OutputArea-output pre")).to_contain_text("stopped")


def test_a_megabyte_arrives_whole(open_notebook: Opens) -> None:
    lab = played(open_notebook, "flood")
    lab.wait_screen(1, "ready")
    lab.type(1, "~")
    lab.wait_screen(1, "flooded", 30)
    screen = lab.screen(1).splitlines()
    assert screen[-2] == "00016383" + "x" * 54
    expect(lab.cell(1).locator(".ukn-foot")).to_contain_text("1.05 MB out")


HOSTILE = (
    "<img src=x onerror='window.owned=1'><script>window.owned=1</script>\r\n"
    "\x1b]0;owned title\x07\x1b]2;owned title\x1b\\"
    "\x1b]52;c;b3duZWQ=\x07"
    "\x1b]8;;javascript:window.owned=1\x07a link\x1b]8;;\x07\r\n"
    "\x1b]4;1;rgb:00/00/00\x07\x1b]11;?\x07\x1b[c\x1b[>c\x1b[6n\x1b[5n\x1b[?6n\x1bP$qm\x1b\\\x1b[21t"
    "plain end\r\n"
)


def test_what_a_machine_writes_is_inert(open_notebook: Opens) -> None:
    lab = played(open_notebook, "hostile", HOSTILE)
    shown = lab.wait_screen(1, "plain end")
    assert "<script>window.owned=1</script>" in shown
    assert "a link" in shown
    lab.cell(1).get_by_text("a link").click(force=True)
    assert lab.page.evaluate("() => window.owned") is None
    assert "owned" not in lab.page.title()
    assert lab.cell(1).locator(".ukn-terminal a, .ukn-terminal img, .ukn-terminal script").count() == 0
    # An answer to a query would have been echoed by the machine.
    lab.type(1, "done\n")
    assert re.search(r"plain end\ndone\nanswer", lab.wait_screen(1, "answer"))
    lab.type(1, "!")
    text = lab.cell(1).locator(".jp-OutputArea-output pre")
    expect(text).to_contain_text("plain end")
    assert lab.page.evaluate("() => window.owned") is None


def test_where_a_machine_is_reached_is_on_its_card(open_notebook: Opens) -> None:
    lab = open_notebook("service", f"GREETING = 'listening on port 80\\r\\n'{PLAY}", SERVICE)
    lab.run(0)
    lab.run(1)
    lab.wait_screen(1, "listening")
    links = lab.cell(1).locator(".ukn-places a")
    expect(links).to_have_text([re.compile(rf"{scheme}://127\.0\.0\.1:\d+/") for scheme in ("http", "https")])
    for link in links.all():
        assert link.get_attribute("href") == link.inner_text()
        assert link.get_attribute("rel") == "noopener noreferrer"
    places = lab.cell(1).locator(".ukn-places")
    expect(places).to_contain_text(re.compile(r"127\.0\.0\.1:\d+ → 5432"))
    # What says that it is an address, and is none, is text.
    expect(places).to_contain_text("<img src=x onerror='window.owned=1'>")
    places.get_by_text("<img").click()
    assert lab.page.evaluate("() => window.owned") is None
    lab.picture("service-light", 1)
    lab.dark(True)
    time.sleep(0.5)
    lab.picture("service-dark", 1)
    lab.dark(False)
    lab.reload()
    lab.wait_screen(1, "listening")
    expect(links).to_have_count(2)
    told = links.all_inner_texts()
    lab.cell(1).get_by_role("button", name="Restart").click()
    lab.wait_screen(1, "-- restarted --")
    expect(links).to_have_text(told)
    lab.cell(1).get_by_role("button", name="Stop").click()
    expect(places).to_be_hidden()
    expect(lab.cell(1).locator(".ukn-state")).to_have_text("stopped")


def test_dark_light_and_a_dead_jupyter_kernel(open_notebook: Opens) -> None:
    greeting = "\x1b[32mgreen\x1b[0m \x1b[33myellow\x1b[0m \x1b[38;2;250;250;120mtrue colour\x1b[0m\r\n>>> "
    lab = played(open_notebook, "dark", greeting)
    lab.wait_screen(1, "green")
    lab.cell(1).locator(".xterm-helper-textarea").focus()
    lab.picture("console-light", 1)
    light = lab.cell(1).locator(".ukn-card").evaluate("card => getComputedStyle(card).backgroundColor")
    lab.dark(True)
    time.sleep(0.5)
    lab.picture("console-dark", 1)
    assert lab.cell(1).locator(".ukn-card").evaluate("card => getComputedStyle(card).backgroundColor") != light
    lab.dark(False)
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(lab.cell(1).locator(".ukn-state")).to_have_text("disconnected", timeout=15_000)
    expect(lab.cell(1).locator(".ukn-banner")).to_contain_text("Run the cell again")
    expect(lab.cell(1).get_by_role("button", name="Stop")).to_be_disabled()
    assert "green yellow" in lab.screen(1)
    lab.picture("console-disconnected", 1)
