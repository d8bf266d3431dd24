"""A machine's network in a notebook: where it is reached, as a link, and what goes through its nic."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machine.images import guest
from tests.unit.cell import Cell, cell
from tests.unit.test_machine_capture import ARP, idle
from unikernel.machine.fake import Fake
from unikernel.machine.loop import core
from unikernel.notebook import session

__all__ = ["cell"]


@pytest.fixture
def notebook(cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cell]:
    monkeypatch.chdir(tmp_path)
    session.current().vmm = Fake(idle)
    cell.shell.user_ns["web"] = guest("IDLE", network="user")
    yield cell
    session.current().captures.clear()


def pass_frame(notebook: Cell) -> None:
    machine: Any = notebook.shell.user_ns["machine"]
    core().call(machine.inner._session.machine.pass_frame, ARP)


def test_where_a_machine_is_reached_is_a_link(notebook: Cell) -> None:
    assert notebook.bundles("%unikernel boot web --forward 0:80 --forward 0:5432 --no-wait") == []
    machine: Any = notebook.shell.user_ns["machine"]
    url = machine.forwards[0].url
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
    # As of a VMM that is a process, which the fake is not.
    machine.inner.listing._note(forwards=tuple(each.data() for each in machine.forwards))
    for shows, words in (
        ("from unikernel.notebook.page import show; show(machine)", url),
        ("%unikernel ps", f"{machine.name}: {url}"),
    ):
        (card,) = notebook.bundles(shows)
        assert f'<a href="{url}" target="_blank" rel="noopener noreferrer">{words}</a>' in card["text/html"]
        assert words in card["text/plain"]
        assert re.search(r"127\.0\.0\.1:\d+ → 5432", card["text/plain"])


def test_a_machine_that_others_ask_may_be_silent(notebook: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unikernel.notebook.verbs.boot.SILENT_S", 0.01)
    notebook.run("%unikernel boot web --forward 0:80")
    assert notebook.shell.user_ns["machine"].run is None


def test_a_capture_is_begun_shown_and_ended(notebook: Cell, tmp_path: Path) -> None:
    notebook.run("%unikernel boot web --no-wait")
    (line,) = notebook.run("%unikernel capture")
    assert line == "idle: what goes through net is kept; %unikernel capture idle shows what came, --stop ends it."
    pass_frame(notebook)
    while not notebook.shell.user_ns["capture"].frames:
        pass
    (text,) = notebook.run("%unikernel capture")
    assert text.startswith("● capturing idle, net, 1 frame")
    assert "ARP who has 10.0.2.15 says 10.0.2.2" in text
    pass_frame(notebook)
    (text,) = notebook.run("%unikernel capture --stop -o web.pcap")
    assert text.startswith("○ captured idle, net, 2 frames")
    assert (tmp_path / "web.pcap").read_bytes() == notebook.shell.user_ns["capture"].pcap
    (line,) = notebook.run("%unikernel capture idle")  # another one
    assert "is kept" in line
    notebook.run("%unikernel capture --stop")


def test_a_machine_without_a_nic_is_refused(notebook: Cell) -> None:
    notebook.shell.user_ns["bare"] = guest("IDLE")
    notebook.run("%unikernel boot bare --no-wait")
    assert notebook.fails("%unikernel capture") == ['capture: "idle" has no nic; add VirtioNet to its stack.']
