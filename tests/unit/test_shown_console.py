"""A console in a cell, without a browser: its buttons, and its text where nobody shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from tests.machine.images import stand_in
from unikernel.build.manifest import ManifestDevice
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.sync import Machine, boot
from unikernel.machine.vmm import Hardware
from unikernel.notebook import display
from unikernel.notebook.widgets import console

PATIENCE_S = 20
NIC = ManifestDevice("net", "VirtioNet", {"network": "user"}, open=("mac",))


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturingDisplayPublisher]:
    """What a cell shows, oldest first."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "display_pub", CapturingDisplayPublisher())
    yield shell.display_pub
    InteractiveShell.clear_instance()


def heard(message: dict[str, Any]) -> None:
    """What a page says to the newest console."""
    widget = display._shown[-1]._widget
    assert widget is not None
    widget._heard(widget, message, [])


def text(outputs: CapturingDisplayPublisher) -> str:
    return str(outputs.outputs[-1]["data"]["text/plain"])


def booted(lives: list[Hardware] | None = None, **options: Any) -> Machine:
    async def play(machine: FakeMachine) -> None:
        if lives is not None:
            lives.append(machine.hardware)
        await machine.write("up\r\n")
        await machine.read()
        machine.note_exit(0)

    return boot(stand_in(devices=(NIC,)), vmm=Fake(play), **options)


@pytest.mark.usefixtures("outputs")
def test_restart_starts_what_was_booted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "console.js").touch()
    (tmp_path / "loader.js").touch()
    monkeypatch.setattr(console, "STATIC", tmp_path)
    console.bundle.cache_clear()
    lives: list[Hardware] = []
    options = {
        "memory_bytes": 16 << 20,
        "prompt": True,
        "forward": ["0:80"],
        "parameters": {"net.mac": "02:00:00:00:00:01"},
    }
    with booted(lives, **options) as machine:
        forwards = machine.forwards
        display.show_console(machine)
        machine.console.expect("up")
        heard({"kind": "restart"})
        machine.console.expect("up", PATIENCE_S)
        assert (len(lives), machine.restarts) == (2, 1)
        assert replace(lives[1], kernel=lives[0].kernel) == lives[0]
        assert machine.forwards == forwards
        heard({"kind": "stop"})
        assert machine.wait(PATIENCE_S).ended_by == "stopped"
    console.bundle.cache_clear()


def test_without_the_front_end_it_is_text(
    outputs: CapturingDisplayPublisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(console, "STATIC", tmp_path / "not built")
    console.bundle.cache_clear()
    with booted() as machine:
        display.show_console(machine)
        machine.console.expect("up")
        display.publish_progress()
        assert "running stand-in" in text(outputs)
        assert text(outputs).endswith("up")
        machine.console.send("end")
        machine.wait(PATIENCE_S)
        display.publish_progress()
        assert "ended, exit 0" in text(outputs)
