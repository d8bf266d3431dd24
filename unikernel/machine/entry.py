"""The files by which machines are listed: one small file each in the runtime folder, written by the owner.

A file is complete or not there, its name is the machine's, and an owner that died without a word is found by its pid and
start time: `sweep` removes what it left.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.errors import VmmError
from unikernel.machine import network_folder
from unikernel.machine.ending import Ending
from unikernel.machine.runtime_folder import process_started

if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIX: Final = ".machine"
PARTIAL: Final = ".partial"
CONSOLE: Final = ".tty"
STOP: Final = ".stop"
DEBUGGER: Final = ".gdb"
GONE: Final = "its keeper is gone"
"""Why a kept machine ended whose keeper was killed."""

_NAME_PARTS: Final = 3  # of what belongs to a machine: pid, start time, name
_OWNED: Final = (PARTIAL, CONSOLE, STOP, DEBUGGER)
"""Endings of files whose names say who made them: see `beside`."""


@dataclass(frozen=True)
class Entry:
    """One running machine. `pid` and `pid_started` name the owner, `vmm_pid` and `vmm_started` its VMM; started: clock
    ticks since the host's boot. `booted` is in seconds since the epoch. `console` is the socket at which a kept machine
    is attached to; empty for one that belongs to the process that booted it.
    """

    name: str
    pid: int
    pid_started: int
    vmm_pid: int
    vmm_started: int
    image: str
    memory_bytes: int
    booted: float
    console: str = ""
    forwards: tuple[Mapping[str, object], ...] = ()
    """As `forwards.OpenForward.data` gives them."""

    @property
    def uptime_s(self) -> float:
        """Seconds since the boot."""
        return max(0.0, time.time() - self.booted)


def read(path: Path) -> Entry | None:
    """What a file says; None where it is none, or says nothing that makes sense."""
    try:
        entry = Entry(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    whole = all(isinstance(value, int) for value in (entry.pid, entry.pid_started, entry.vmm_pid, entry.vmm_started))
    return entry if whole else None


def beside(folder: Path, entry: Entry, suffix: str) -> Path:
    """The place of a file or socket that belongs to a machine, and is swept when its owner is no more."""
    return folder / f"{entry.pid}-{entry.pid_started}-{entry.name}{suffix}"


def files(folder: Path, suffix: str) -> list[Path]:
    """Those with that ending; none where there is no folder."""
    try:
        return [path for path in folder.iterdir() if path.name.endswith(suffix)]
    except OSError:
        return []


def sweep(folder: Path) -> None:
    """Remove what owners left that are no more, and leave word in the place of keepers that could not."""
    network_folder.sweep(folder)
    for path in (path for suffix in (SUFFIX, *_OWNED) for path in files(folder, suffix)):
        owner = _owner(path)
        if owner and process_started(owner[0]) != owner[1]:
            entry = read(path)
            with contextlib.suppress(OSError):
                path.unlink()
                if entry and entry.console:
                    leave_word(folder, entry, VmmError.exit_status, "vmm", GONE)


def leave_word(folder: Path, entry: Entry, status: int, ended_by: str, reason: str) -> None:
    """Say how a kept machine ended, for who was not attached then."""
    word = Ending(entry.name, status, ended_by, reason, entry.image, entry.memory_bytes, entry.booted, time.time())
    ours = replace(entry, pid=os.getpid(), pid_started=process_started(os.getpid()) or 0)
    word.leave(folder, beside(folder, ours, PARTIAL))


def _owner(path: Path) -> tuple[int, int] | None:
    """Pid and start time of who wrote a file; (0, 0), which nobody has, where it does not say."""
    if path.name.endswith(_OWNED):
        parts = path.name.split("-")
        return (
            (int(parts[0]), int(parts[1]))
            if len(parts) >= _NAME_PARTS and parts[0].isdecimal() and parts[1].isdecimal()
            else (0, 0)
        )
    try:
        path.lstat()
    except OSError:
        return None
    entry = read(path)
    return (entry.pid, entry.pid_started) if entry else (0, 0)
