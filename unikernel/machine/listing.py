"""The place of one machine among those that run."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal
from unikernel.machine.entry import DEBUGGER, PARTIAL, STOP, SUFFIX, Entry, beside, leave_word, sweep
from unikernel.machine.runtime_folder import process_started, runtime_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from unikernel.machine.run import Run

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


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
        return beside(self._path.parent, self._entry, suffix)

    @property
    def stop_asked(self) -> bool:
        """Whether another process is stopping the machine."""
        return self.beside(STOP).exists()

    def end(self, run: Run) -> None:
        """The machine has ended so."""
        if self._entry.console:
            leave_word(self._path.parent, self._entry, run.status, run.ended_by, run.reason)
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
