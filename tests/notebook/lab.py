"""JupyterLab in a headless browser: a server of its own in a folder, and a page driven as a person would."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import nbformat
from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM: Final = "/usr/bin/chromium"
SCREENSHOTS: Final = Path(__file__).parents[2] / "build" / "screenshots"
START_S: Final = 60
VIEW: Final = {"width": 1280, "height": 900}
SETTINGS: Final = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Cells out of sight would not be in the page.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells."""
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    node.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(node, path)
    return path


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A JupyterLab over `folder`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / ".settings"
    for name, values in SETTINGS.items():
        extension, _, plugin = name.partition(":")
        place = settings / extension
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{plugin}.jupyterlab-settings").write_text(json.dumps(values))
    home = folder / ".home"
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces"),
        "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "XDG_RUNTIME_DIR": str(home),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    home.mkdir()
    home.chmod(0o700)
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--ServerApp.kernel_websocket_connection_class=unikernel.notebook.connection.NoDelayConnection"]
    command += ["--LabApp.expose_app_in_browser=True", "--ServerApp.open_browser=False", "--ServerApp.port_retries=0"]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status", process, home / "server.log")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


@contextmanager
def browser() -> Iterator[Browser]:
    """Headless Chromium, the distribution's."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


class Lab:
    """One notebook, open in JupyterLab."""

    def __init__(self, chromium: Browser, address: str, name: str) -> None:
        """Open it and wait for its Jupyter kernel."""
        self.context = chromium.new_context(viewport=VIEW, device_scale_factor=1, accept_downloads=True)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.set_default_timeout(20_000)
        # A workspace of its own, or the page would open what another one left open.
        self.page.goto(f"{address}/lab/workspaces/{name.partition('.')[0]}/tree/{name}")
        self.ready()

    def ready(self) -> None:
        """Wait until cells can run."""
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
        # The indicator says idle before the Jupyter kernel answers, and what is run then is lost.
        self.page.evaluate(
            """async () => {
              const context = window.jupyterapp.shell.currentWidget.sessionContext;
              await context.ready;
              await context.session.kernel.info;
              await context.session.kernel.requestKernelInfo();
            }"""
        )

    def cell(self, index: int) -> Any:
        """A cell's element."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index)

    def start(self, index: int) -> None:
        """Shift+Enter on a cell."""
        self.cell(index).locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Shift+Enter")

    def run(self, index: int, timeout_s: float = 60) -> None:
        """Run a cell and wait for its end."""
        self.start(index)
        self.run_ended(index, timeout_s)

    def run_ended(self, index: int, timeout_s: float = 60) -> None:
        """Wait for the end of a cell that was started."""
        prompt = self.cell(index).locator(".jp-InputPrompt").first
        until = time.monotonic() + timeout_s
        while prompt.inner_text().strip() in ("[ ]:", "[*]:"):
            assert time.monotonic() < until, f"cell {index} still runs after {timeout_s} s"
            time.sleep(0.05)

    def screen(self, index: int) -> str:
        """The text that a cell's terminal shows now."""
        rows = self.cell(index).locator(".xterm-rows").last
        return str(
            rows.evaluate("rows => [...rows.children].map(row => row.textContent.trimEnd()).join('\\n')")
        ).rstrip()

    def wait_screen(self, index: int, text: str, timeout_s: float = 20) -> str:
        """Wait until a cell's terminal shows `text`; the whole screen."""
        until = time.monotonic() + timeout_s
        shown = ""
        while time.monotonic() < until:
            rows = self.cell(index).locator(".xterm-rows")
            if rows.count():
                # xterm.js draws nothing while it is out of sight.
                rows.last.scroll_into_view_if_needed()
                shown = self.screen(index)
            if text in shown:
                return shown
            time.sleep(0.03)
        outputs = "\n".join(self.cell(index).locator(".jp-OutputArea-output").all_inner_texts())
        raise AssertionError(
            f"the terminal of cell {index} does not show {text!r} but:\n{shown}\nin\n{outputs}\n{self.errors}"
        )

    def type(self, index: int, text: str) -> None:
        """Type into a cell's terminal."""
        self.cell(index).locator(".xterm-helper-textarea").last.focus()
        self.page.keyboard.type(text)

    def picture(self, name: str, index: int | None = None) -> Path:
        """Keep a screenshot of the page, or of one cell's output."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        place = self.page if index is None else self.cell(index).locator(".jp-Cell-outputWrapper")
        place.screenshot(path=str(path))
        return path

    def dark(self, dark: bool) -> None:
        """Switch JupyterLab's theme."""
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate(
            """async theme => {
              await window.jupyterapp.commands.execute('apputils:change-theme', {theme});
            }""",
            theme,
        )
        self.page.wait_for_selector(f'body[data-jp-theme-light="{str(not dark).lower()}"]', state="attached")

    def reload(self) -> None:
        """Save the notebook and load the page anew."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
        self.page.reload()
        self.ready()

    def close(self) -> None:
        """End the Jupyter kernel and close the page."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.context.close()
