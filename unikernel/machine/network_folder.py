"""Where the private networks of a user lie: a folder for each in the runtime folder, and in it a socket for each place on
it. Whoever finds a socket may send to it, so the folder is its user's alone; there is no other switch.

A socket's name says who made it, as a machine's file in the registry does; what a dead owner left is swept.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import time
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal
from unikernel.machine.runtime_folder import process_started

if TYPE_CHECKING:
    from pathlib import Path

NETWORKS: Final = "networks"
TRIES: Final = 100
"""How often a folder that the last to leave has just removed is made again."""
TICK_NS: Final = 50_000_000
"""A folder's time of change is as coarse as a tick of the host's clock: within so long, another change may have the same."""

_OWNER_PARTS: Final = 4  # pid, start time, count, label
_count = itertools.count()


class NetworkFolder:
    """The folder of one network, with a socket in it that is ours."""

    def __init__(self, runtime: Path, network: str, owner: tuple[int, int], label: str) -> None:
        """Join: bind a socket for the process `owner`, its pid and start time. Raises `Refusal`."""
        self.path = runtime / NETWORKS / network
        self.name = f"{owner[0]}-{owner[1]}-{next(_count)}-{label}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)  # noqa: FBT003 - of the standard library
        self._fd = -1
        self._seen_ns = -1
        self._others: tuple[str, ...] = ()
        try:
            for left in reversed(range(TRIES)):
                try:
                    self._join()
                    break
                except FileNotFoundError:
                    if not left:
                        raise
        except OSError as error:
            self.close()
            message = (
                f"network: {self.path} cannot be used ({error.strerror}); set XDG_RUNTIME_DIR to a folder of your own."
            )
            raise Refusal(message) from error

    def _join(self) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = os.open(self.path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.socket.bind(self._address(self.name))

    def others(self) -> tuple[str, ...]:
        """All sockets there but ours, as they are now."""
        try:
            changed_ns = os.fstat(self._fd).st_mtime_ns
            if changed_ns != self._seen_ns or time.time_ns() - changed_ns < TICK_NS:
                self._others = tuple(sorted({each.name for each in self.path.iterdir()} - {self.name}))
                self._seen_ns = changed_ns
        except OSError:
            return ()
        return self._others

    def connect(self, name: str) -> socket.socket:
        """A socket that leads to another; raises `OSError` where nobody reads it any more."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        made.setblocking(False)  # noqa: FBT003 - of the standard library
        try:
            made.connect(self._address(name))
        except OSError:
            made.close()
            self.forget(name)
            raise
        return made

    def forget(self, name: str) -> None:
        """Nobody reads that socket any more, and nobody will: its name is never used again."""
        with contextlib.suppress(OSError):
            (self.path / name).unlink()
        self._seen_ns = -1

    def close(self) -> None:
        """Leave; the last one takes the folder along."""
        self.socket.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self.forget(self.name)
        for folder in (self.path, self.path.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def _address(self, name: str) -> str:
        """A name for which a socket's address has room (108 bytes), however deep the folder lies."""
        return f"/proc/self/fd/{self._fd}/{name}"


def sweep(runtime: Path) -> None:
    """Remove what owners left that are no more."""
    with contextlib.suppress(OSError):
        for folder in (runtime / NETWORKS).iterdir():
            for path in folder.iterdir():
                parts = path.name.split("-", _OWNER_PARTS - 1)
                owned = len(parts) == _OWNER_PARTS and parts[0].isdecimal() and parts[1].isdecimal()
                if not owned or process_started(int(parts[0])) != int(parts[1]):
                    with contextlib.suppress(OSError):
                        path.unlink()
            with contextlib.suppress(OSError):
                folder.rmdir()
        (runtime / NETWORKS).rmdir()
