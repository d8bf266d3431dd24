"""Which machines of this user run: one small file each in the runtime folder, written by the owner.

A file is complete or not there (it is linked in whole), its name is the machine's, and an owner that died without a
word is found by its pid and start time: the next start, `running` or `stop` sweeps what it left. A kept machine leaves
word of how it ended, see `ending`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import stat
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.errors import MachineError, Refusal, VmmError
from unikernel.machine import ending, network_folder
from unikernel.machine.ending import Ending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from unikernel.machine.run import Run

SUFFIX: Final = ".machine"
PARTIAL: Final = ".partial"
CONSOLE: Final = ".tty"
STOP: Final = ".stop"
DEBUGGER: Final = ".gdb"
GONE: Final = "its keeper is gone"
"""Why a kept machine ended whose keeper was killed."""
STOP_S: Final = 2.0
"""How long a VMM may take to end in order before it is killed, and its owner to see that."""
LOOK_AGAIN_S: Final = 0.005

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_NAME_PARTS: Final = 3  # of what belongs to a listing: pid, start time, name
_OWNED: Final = (PARTIAL, CONSOLE, STOP, DEBUGGER)
"""Endings of files whose names say who made them: see `Listing.beside`."""
_START_TIME_FIELD: Final = 19  # of /proc/PID/stat, counted behind the command's closing parenthesis


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


class Listing:
    """The place of one machine in the registry, held by its owner from before the boot until the end."""

    def __init__(self, name: str, image: Path, memory_bytes: int, *, exact: bool) -> None:
        """Take `name`; when it is taken, refuse if `exact`, else take ``NAME-2`` and so on. Raises `Refusal`."""
        if not _NAME.fullmatch(name):
            message = f'name: "{name}" cannot name a machine; use at most 64 letters, digits, "_", "-" and ".".'
            raise Refusal(message)
        folder = runtime_folder()
        sweep(folder)
        pid = os.getpid()
        started = process_started(pid) or 0
        self._entry = Entry(name, pid, started, 0, 0, str(image), memory_bytes, time.time())
        number = 1
        while True:
            taken_name = name if number == 1 else f"{name}-{number}"
            self._entry = Entry(**(asdict(self._entry) | {"name": taken_name}))
            self._path = folder / (taken_name + SUFFIX)
            if self._write(replace=False):
                break
            if exact:
                message = f'name: a machine "{name}" runs already; stop it with `unikernel stop {name}`, or choose another name.'
                raise Refusal(message)
            number += 1

    @property
    def name(self) -> str:
        """The name that was to be had."""
        return self._entry.name

    def started(self, vmm_pid: int, forwards: Sequence[Mapping[str, object]] = ()) -> None:
        """Note the VMM, so that other processes can stop the machine, and the ports that lead into it."""
        noted = {"forwards": tuple(forwards)} if forwards else {}
        self._note(vmm_pid=vmm_pid, vmm_started=process_started(vmm_pid) or 0, **noted)

    def kept_at(self, console: Path) -> None:
        """Note where other processes attach to the machine."""
        self._note(console=str(console))

    def beside(self, suffix: str) -> Path:
        """The place of a file or socket that belongs to this machine, and is swept when its owner is no more."""
        return _beside(self._path.parent, self._entry, suffix)

    @property
    def stop_asked(self) -> bool:
        """Whether another process is stopping the machine."""
        return self.beside(STOP).exists()

    def end(self, run: Run) -> None:
        """The machine has ended so."""
        if self._entry.console:
            _leave_word(self._path.parent, self._entry, run.status, run.ended_by, run.reason)
        self.remove()

    def remove(self) -> None:
        """There is no such machine, or no more."""
        for path in (self._path, self.beside(STOP), self.beside(DEBUGGER)):
            with contextlib.suppress(OSError):
                path.unlink()

    def _note(self, **fields: object) -> None:
        self._entry = Entry(**(asdict(self._entry) | fields))
        self._write(replace=True)

    def _write(self, *, replace: bool) -> bool:
        """False when the name is taken."""
        partial = self.beside(PARTIAL)
        try:
            try:
                partial.write_text(json.dumps(asdict(self._entry)), encoding="utf-8")
                if replace:
                    partial.rename(self._path)
                else:
                    self._path.hardlink_to(partial)
            except FileExistsError:
                return False
            finally:
                partial.unlink(missing_ok=True)
        except OSError as error:
            message = (
                f"the machine cannot be listed in {self._path.parent} ({error.strerror}); "
                "free some space there, or set XDG_RUNTIME_DIR to a folder of your own."
            )
            raise Refusal(message) from error
        return True


def running() -> list[Entry]:
    """All machines of this user that run now, oldest first; sweeps what dead owners left."""
    folder = runtime_folder(make=False)
    sweep(folder)
    entries = [entry for path in _files(folder, SUFFIX) if (entry := _read(path))]
    return sorted(entries, key=lambda entry: entry.booted)


def ended() -> list[Ending]:
    """How this user's kept machines ended whose names nobody has again, oldest first; for a day, and the newest only."""
    names = {entry.name for entry in running()}
    return [each for each in ending.endings(runtime_folder(make=False)) if each.name not in names]


def look_up(name: str, verb: str) -> Entry | Ending:
    """The machine of that name, which runs, or how it ended; raises `Refusal`, in the words of `verb`, for neither."""
    entries = {entry.name: entry for entry in running()}
    if name in entries:
        return entries[name]
    for each in ended():
        if each.name == name:
            return each
    cure = f"these run: {', '.join(entries)}." if entries else "none runs."
    message = f'{verb}: no machine "{name}" runs; {cure}'
    raise Refusal(message)


def find(name: str, verb: str) -> Entry:
    """The running machine of that name; raises `Refusal`, in the words of `verb`, when none runs."""
    found = look_up(name, verb)
    if isinstance(found, Ending):
        message = f'{verb}: "{name}" has ended: {found}; boot it again.'
        raise Refusal(message)
    return found


def newest_kept() -> Entry | None:
    """The kept machine that was booted last; None where none runs."""
    return next((entry for entry in reversed(running()) if entry.console), None)


def stop(name: str) -> None:
    """Stop a machine of any process of this user, and wait for its end. Raises `Refusal` when none of that name runs.

    Its VMM is asked to end: the owner sees that and keeps its records, and needs not even be responsive. A mark beside
    the listing tells the owner not to start the machine again, should it just be doing so.
    """
    entry: Entry | None = find(name, "stop")
    assert entry
    owner = (entry.pid, entry.pid_started)
    mark = _beside(runtime_folder(), entry, STOP)
    mark.touch(mode=0o600)
    until = time.monotonic() + STOP_S
    # The listing goes when the owner has seen the end; one that stands still does not hold us up for long.
    while entry and (entry.pid, entry.pid_started) == owner and time.monotonic() < until:
        if _is_running(entry):
            _stop_vmm(entry)
            until = time.monotonic() + STOP_S
        time.sleep(LOOK_AGAIN_S)
        entry = _read(runtime_folder() / (name + SUFFIX))
    if not entry:
        mark.unlink(missing_ok=True)


def _is_running(entry: Entry) -> bool:
    return bool(entry.vmm_pid) and process_started(entry.vmm_pid) == entry.vmm_started


def _stop_vmm(entry: Entry) -> None:
    """End a VMM, if it has not gone already."""
    try:
        descriptor = os.pidfd_open(entry.vmm_pid)
    except ProcessLookupError:
        return
    try:
        # The pidfd is open: if the start time still fits, the pid is the machine's and stays so.
        if process_started(entry.vmm_pid) != entry.vmm_started:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            signal.pidfd_send_signal(descriptor, number)
            if _ended(entry, STOP_S):
                return
    except ProcessLookupError:
        return
    finally:
        os.close(descriptor)
    message = f'stop: "{entry.name}" (process {entry.vmm_pid}) does not end; look at it with ps.'
    raise MachineError(message)


def sweep(folder: Path) -> None:
    """Remove what owners left that are no more, and leave word in the place of keepers that could not."""
    network_folder.sweep(folder, process_started)
    for path in (path for suffix in (SUFFIX, *_OWNED) for path in _files(folder, suffix)):
        owner = _owner(path)
        if owner and process_started(owner[0]) != owner[1]:
            entry = _read(path)
            with contextlib.suppress(OSError):
                path.unlink()
                if entry and entry.console:
                    _leave_word(folder, entry, VmmError.exit_status, "vmm", GONE)


def _leave_word(folder: Path, entry: Entry, status: int, ended_by: str, reason: str) -> None:
    word = Ending(entry.name, status, ended_by, reason, entry.image, entry.memory_bytes, entry.booted, time.time())
    ours = replace(entry, pid=os.getpid(), pid_started=process_started(os.getpid()) or 0)
    word.leave(folder, _beside(folder, ours, PARTIAL))


def runtime_folder(*, make: bool = True) -> Path:
    """``$XDG_RUNTIME_DIR/unikernel``, else a private folder among the temporary ones. Raises `Refusal` when it is not
    ours alone.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "unikernel" if base else Path(tempfile.gettempdir()) / f"unikernel-{os.getuid()}"
    if not make and not folder.exists():
        return folder
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()
    except OSError as error:
        message = f"{folder} cannot be made ({error.strerror}); set XDG_RUNTIME_DIR to a folder of your own."
        raise Refusal(message) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        message = f"{folder} is not a folder that only you can write to; remove it, or set XDG_RUNTIME_DIR to a folder of your own."
        raise Refusal(message)
    return folder


def process_started(pid: int) -> int | None:
    """When a process started, in clock ticks since the host's boot; None where there is no such process, or only its
    remains.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if fields[0] in b"ZX" else int(fields[_START_TIME_FIELD])
    except (OSError, IndexError, ValueError):
        return None


def _ended(entry: Entry, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if process_started(entry.vmm_pid) != entry.vmm_started:
            return True
        time.sleep(LOOK_AGAIN_S)
    return False


def _beside(folder: Path, entry: Entry, suffix: str) -> Path:
    return folder / f"{entry.pid}-{entry.pid_started}-{entry.name}{suffix}"


def _files(folder: Path, suffix: str) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.name.endswith(suffix)]
    except OSError:
        return []


def _read(path: Path) -> Entry | None:
    try:
        entry = Entry(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    whole = all(isinstance(value, int) for value in (entry.pid, entry.pid_started, entry.vmm_pid, entry.vmm_started))
    return entry if whole else None


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
    entry = _read(path)
    return (entry.pid, entry.pid_started) if entry else (0, 0)
