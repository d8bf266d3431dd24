"""Which machines run: files that are whole or not there, and owners that died are swept."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from unikernel.errors import Refusal
from unikernel.machine import registry
from unikernel.machine.entry import CONSOLE, Entry, sweep
from unikernel.machine.listing import Listing
from unikernel.machine.runtime_folder import process_started

IMAGE = Path("/x/hello.elf")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "unikernel"


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_looking_makes_no_folder(folder: Path) -> None:
    assert registry.running() == []
    assert not folder.exists()


def test_a_listing_is_seen_until_it_is_removed(folder: Path) -> None:
    listing = Listing("hello", IMAGE, 8, exact=True)
    [entry] = registry.running()
    assert (entry.name, entry.pid, entry.image, entry.vmm_pid) == ("hello", os.getpid(), str(IMAGE), 0)
    listing.started(os.getpid())
    assert registry.running()[0].vmm_started == process_started(os.getpid())
    assert [path.name for path in folder.iterdir()] == ["hello.machine"]
    listing.remove()
    assert registry.running() == []


def test_a_taken_name_is_counted_on_or_refused() -> None:
    Listing("hello", IMAGE, 8, exact=False)
    assert Listing("hello", IMAGE, 8, exact=False).name == "hello-2"
    with pytest.raises(Refusal, match='"hello" runs already; stop it with `unikernel stop hello`'):
        Listing("hello", IMAGE, 8, exact=True)


def test_what_dead_owners_and_others_left_is_swept(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    pid = dead_pid()
    entry = Entry("dead", pid, 1, 0, 0, "", 0, 0.0)
    reused = Entry("reused", os.getpid(), 1, 0, 0, "", 0, 0.0)
    (folder / "dead.machine").write_text(json.dumps(asdict(entry)))
    (folder / "reused.machine").write_text(json.dumps(asdict(reused)))
    (folder / "rubbish.machine").write_bytes(b"\xff{")
    (folder / "shape.machine").write_text('["x"]')
    (folder / f"{pid}-1-half.partial").touch()
    (folder / "odd.partial").touch()
    (folder / f"{pid}-1-kept.tty").touch()
    (folder / f"{pid}-1-kept.stop").touch()
    (folder / f"{os.getpid()}-1-reused-pid.tty").touch()
    assert registry.running() == []
    assert list(folder.iterdir()) == []


def test_what_belongs_to_a_listing_lies_beside_it_until_its_owner_is_gone(folder: Path) -> None:
    listing = Listing("with-a-dash", IMAGE, 8, exact=True)
    listing.beside(CONSOLE).touch()
    sweep(folder)
    assert listing.beside(CONSOLE).exists()
    listing.kept_at(listing.beside(CONSOLE))
    assert registry.find("with-a-dash", "console").console == str(listing.beside(CONSOLE))
    newest = registry.newest_kept()
    assert newest
    assert newest.name == "with-a-dash"


def test_an_untrusted_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    folder.symlink_to(tmp_path)
    with pytest.raises(Refusal, match="is not a folder that only you can write to"):
        Listing("hello", IMAGE, 8, exact=True)


def test_a_runtime_folder_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere/at/all")
    with pytest.raises(Refusal, match="cannot be made .*set XDG_RUNTIME_DIR"):
        Listing("hello", IMAGE, 8, exact=True)
