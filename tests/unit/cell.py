"""Runs cells in an IPython of their own, with a fake VMM and a stand-in for build: what magics show, in
milliseconds.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from unikernel import abi
from unikernel.build.image import Image
from unikernel.build.manifest import Manifest
from unikernel.build.step import Progress, Step
from unikernel.errors import BuildError
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.sync import machines
from unikernel.notebook import session
from unikernel.plan import resolve
from unikernel.stack import Stack


@dataclass
class Cell:
    """The IPython; `run` returns the texts that a cell shows, `fails` the lines with which one fails."""

    shell: InteractiveShell
    consoles: list[Any] = field(default_factory=list)
    published_again: int = 0

    def run(self, source: str) -> list[str]:
        return [each["text/plain"] for each in self.bundles(source)]

    def bundles(self, source: str) -> list[dict[str, str]]:
        outputs = self._outputs(source)
        result = self.result
        if result.error_in_exec is not None:
            raise result.error_in_exec
        assert result.error_before_exec is None
        return outputs

    def fails(self, source: str) -> list[str]:
        self._outputs(source)
        error = self.result.error_in_exec
        assert error is not None
        lines: list[str] = error._render_traceback_()  # type: ignore[attr-defined]
        return lines

    def _outputs(self, source: str) -> list[dict[str, str]]:
        publisher = CapturingDisplayPublisher()
        before, self.shell.display_pub = self.shell.display_pub, publisher
        try:
            self.result = self.shell.run_cell(source)
        finally:
            self.shell.display_pub = before
        return [each["data"] for each in publisher.outputs]


def stand_in_build(source: Stack, *, into: Path, progress: Progress | None = None) -> Image:
    """An image that only looks like one; an app with a ``!`` does not compile."""
    plan = resolve(source)
    text = plan.app.files["main.py"]
    for number, line in enumerate(text.decode().splitlines(), 1):
        if "!" in line:
            raise BuildError("invalid syntax", file="main.py", line=number, column=line.index("!") + 1, excerpt=line)
    if progress:
        progress(Step("link", "x.elf", 1, 1, 0.1))
    into.mkdir(exist_ok=True)
    path = into / f"{plan.name}.elf"
    path.write_bytes(text)
    digest = hashlib.sha256(text).hexdigest()
    return Image(path, len(text), digest, Manifest.of(plan, (), {}), abi.Place(0, 0, 1 << 20), seconds=0.01)


async def hello(machine: FakeMachine) -> None:
    await machine.write("hello\r\n")
    machine.note_exit(3)


async def echo(machine: FakeMachine) -> None:
    await machine.write("up\r\n")
    while data := await machine.read():
        await machine.write(data)


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cell]:
    """A notebook in an empty folder, with the extension loaded."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(session, "_current", session.Session(vmm=Fake(hello)))
    monkeypatch.setattr("unikernel.build.build", stand_in_build, raising=False)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    found = Cell(shell)

    display = ModuleType("unikernel.notebook.display")
    display.show_console = found.consoles.append  # type: ignore[attr-defined]
    display.publish_finished = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, display.__name__, display)

    shell.run_line_magic("load_ext", "unikernel")
    yield found
    for machine in machines():
        machine.stop()
    InteractiveShell.clear_instance()


def play(script: Callable[[FakeMachine], Any]) -> None:
    """Machines that are booted from now on play `script`."""
    session.current().vmm = Fake(script)
