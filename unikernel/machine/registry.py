"""Which machines of this user run, and how to end one that another process owns. See `entry` for the files."""

from __future__ import annotations

import os
import signal
import time
from typing import Final

from unikernel.errors import MachineError, Refusal
from unikernel.machine import ending
from unikernel.machine.ending import Ending
from unikernel.machine.entry import STOP, SUFFIX, Entry, beside, files, read, sweep
from unikernel.machine.runtime_folder import process_started, runtime_folder

STOP_S: Final = 2.0
"""How long a VMM may take to end in order before it is killed, and its owner to see that."""
LOOK_AGAIN_S: Final = 0.005


def running() -> list[Entry]:
    """All machines of this user that run now, oldest first; sweeps what dead owners left."""
    folder = runtime_folder(make=False)
    sweep(folder)
    entries = [entry for path in files(folder, SUFFIX) if (entry := read(path))]
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
    mark = beside(runtime_folder(), entry, STOP)
    mark.touch(mode=0o600)
    until = time.monotonic() + STOP_S
    # The listing goes when the owner has seen the end; one that stands still does not hold us up for long.
    while entry and (entry.pid, entry.pid_started) == owner and time.monotonic() < until:
        if _is_running(entry):
            _stop_vmm(entry)
            until = time.monotonic() + STOP_S
        time.sleep(LOOK_AGAIN_S)
        entry = read(runtime_folder() / (name + SUFFIX))
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


def _ended(entry: Entry, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if process_started(entry.vmm_pid) != entry.vmm_started:
            return True
        time.sleep(LOOK_AGAIN_S)
    return False
