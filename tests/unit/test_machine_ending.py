"""What is left of a kept machine that nobody saw end: word of how, for a while, of the newest of each name."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.machine.images import stand_in
from tests.unit.test_machine_registry import dead_pid
from unikernel.cli import console as console_verb
from unikernel.cli.main import main
from unikernel.errors import Refusal
from unikernel.machine import ending, registry
from unikernel.machine.boot import boot
from unikernel.machine.ending import Ending
from unikernel.machine.entry import Entry
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.listing import Listing

IMAGE = Path("/x/hello.elf")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "unikernel"
    folder.mkdir(mode=0o700)
    return folder


def leave(folder: Path, name: str = "hello", status: int = 3, ago_s: float = 0.0) -> Path:
    """Word of a machine that ended so long ago; returns its file."""
    now = time.time()
    Ending(name, status, "machine", f"exit {status}", str(IMAGE), 8 << 20, now - ago_s - 2, now - ago_s).leave(
        folder, folder / "1-1-x.partial"
    )
    path = folder / f"{name}.ended"
    os.utime(path, (now - ago_s, now - ago_s))
    return path


async def ends_with_6(machine: FakeMachine) -> None:
    await machine.write("up\r\n")
    machine.note_exit(6)


@pytest.mark.parametrize("kept", [True, False])
async def test_a_kept_machine_leaves_word_and_no_other_does(folder: Path, kept: bool) -> None:
    machine = await boot(stand_in(), vmm=Fake(ends_with_6))
    if kept:
        machine.listing.kept_at(folder / "a.tty")
    run = await machine.wait(5)
    ended = [(each.name, each.status, each.ended_by, each.reason, each.memory_bytes) for each in registry.ended()]
    assert ended == ([("stand-in", run.status, "machine", "exit 6", 8 << 20)] if kept else [])
    assert [path.name for path in folder.iterdir()] == (["stand-in.ended"] if kept else [])


def test_who_asks_for_it_is_told_how_it_ended_and_when(folder: Path) -> None:
    leave(folder, ago_s=150)
    found = registry.look_up("hello", "console")
    assert isinstance(found, Ending)
    assert str(found).startswith("exit 3, 2 min 3")
    with pytest.raises(Refusal, match=r'^console: "hello" has ended: exit 3, 2 min 3\d s ago; boot it again\.$'):
        registry.find("hello", "console")
    with pytest.raises(Refusal, match='no machine "nobody" runs; none runs'):
        registry.look_up("nobody", "console")


def test_a_name_that_is_taken_again_is_the_running_machines(folder: Path) -> None:
    leave(folder)
    listing = Listing("hello", IMAGE, 8, exact=True)
    assert registry.ended() == []
    assert isinstance(registry.look_up("hello", "console"), Entry)
    listing.remove()
    assert [each.name for each in registry.ended()] == ["hello"]


def test_who_sweeps_after_a_killed_keeper_leaves_word_for_it(folder: Path) -> None:
    entry = Entry("dead", dead_pid(), 1, 0, 0, str(IMAGE), 8, time.time() - 5, console="/x/tty")
    (folder / "dead.machine").write_text(json.dumps(asdict(entry)))
    assert registry.running() == []
    [found] = registry.ended()
    assert (found.name, found.status, found.ended_by, found.reason) == ("dead", 125, "vmm", "its keeper is gone")
    assert [path.name for path in folder.iterdir()] == ["dead.ended"]


def test_what_is_old_or_too_many_is_swept(folder: Path) -> None:
    old = leave(folder, "old", ago_s=ending.KEPT_S + 60)
    leave(folder)
    assert not old.exists()  # Who leaves word sweeps as well.
    (folder / "hello.ended").unlink()
    for number in range(ending.MOST + 3):
        leave(folder, f"m{number}", ago_s=1000 - number)
    assert [each.name for each in registry.ended()] == [f"m{number}" for number in range(3, ending.MOST + 3)]
    assert len(list(folder.iterdir())) == ending.MOST


def test_rubbish_is_no_word(folder: Path) -> None:
    (folder / "noise.ended").write_bytes(b"\xff{")
    (folder / "shape.ended").write_text('["x"]')
    (folder / "text.ended").write_text(leave(folder, "text").read_text().replace(": 3,", ': "3",'))
    leave(folder, "one").rename(folder / "other.ended")
    assert registry.ended() == []


def test_word_that_cannot_be_written_hurts_nobody(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    Ending("hello", 0, "machine", "exit 0", "", 8, 0.0, 0.0).leave(gone, gone / "x.partial")
    assert not gone.exists()


def test_the_verbs_tell_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave(folder)
    assert main(["ps"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split()[:3] == ["hello", "exit", "3,"]
    assert "ago" in lines[-1]
    assert main(["ps", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["state"], listed["status"], listed["pid"]) == ("hello", "ended", 3, None)
    assert main(["stop", "hello"]) == 0
    assert capsys.readouterr().out.startswith("hello: it had ended: exit 3, ")
    assert main(["console", "hello"]) == 3
    assert capsys.readouterr().err.startswith("hello: it had ended: exit 3, ")


def test_one_that_ends_while_one_attaches_is_told_of_as_well(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing("hello", IMAGE, 8, exact=True)
    listing.kept_at(folder / "a.tty")

    def ends(end: Callable[[], object]) -> Callable[[str], int]:
        def attach(_name: str) -> int:
            end()
            raise Refusal("it is kept no more.")

        return attach

    monkeypatch.setattr(console_verb, "_attach", ends(lambda: None))
    assert main(["console", "hello"]) == 2
    monkeypatch.setattr(console_verb, "_attach", ends(lambda: (leave(folder, status=9), listing.remove())))
    assert main(["console", "hello"]) == 9
