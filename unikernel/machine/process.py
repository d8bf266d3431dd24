"""A child process that cannot outlive its owner, watched by a pidfd.

``setpriv`` asks for the parent-death signal in the child itself. An owner that dies before that call would be missed,
so a one-line shell after it looks whether its parent is still the owner; from then on the signal holds, as it survives
``exec``. The pidfd makes signals safe against a reused pid, and needs neither SIGCHLD nor a thread for each child,
which asyncio's own watcher would.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal, VmmError

if TYPE_CHECKING:
    from collections.abc import Sequence

STDERR_KEPT_BYTES: Final = 16384
READ_BYTES: Final = 65536

_STILL_OWNED: Final = '[ "$PPID" = "$0" ] && exec "$@"'

# A clean environment: the user's variables steer neither what QEMU does nor the language of its messages.
_ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def owned(command: Sequence[str]) -> list[str]:
    """The command in a wrapping that ends it with this process, SIGKILL included. Raises `Refusal` without
    ``setpriv``.
    """
    setpriv = shutil.which("setpriv") or shutil.which("setpriv", path=_ENVIRONMENT["PATH"])
    if setpriv is None:
        message = "setpriv is not installed, so a machine could outlive its owner; install it with `apt-get install util-linux`."
        raise Refusal(message)
    return [setpriv, "--pdeathsig", "KILL", "--", "/bin/sh", "-c", _STILL_OWNED, str(os.getpid()), *command]


class Process:
    """A running child. Made on the loop that watches it; that loop's thread must live as long as the child should."""

    def __init__(self, command: Sequence[str], pass_fds: Sequence[int], stdin: int, stdout: int) -> None:
        """Start `command` on these descriptors, in a session of its own, so that a terminal's Ctrl-C is not its. Raises
        `Refusal`, `VmmError`.
        """
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._stderr_kept = bytearray()
        self._stderr, write_end = os.pipe()
        os.set_blocking(self._stderr, False)
        try:
            self._popen = subprocess.Popen(
                owned(command),
                stdin=stdin,
                stdout=stdout,
                stderr=write_end,
                pass_fds=pass_fds,
                start_new_session=True,
                env=_ENVIRONMENT,
                cwd="/",
            )
        except OSError as error:
            os.close(self._stderr)
            message = f"{command[0]} could not be started ({error.strerror or error}); look whether the host is out of memory or processes."
            raise VmmError(message) from error
        except BaseException:
            os.close(self._stderr)
            raise
        finally:
            os.close(write_end)
        self.pid = self._popen.pid
        self._pidfd = os.pidfd_open(self.pid)
        self._loop.add_reader(self._pidfd, self._reap)
        self._loop.add_reader(self._stderr, self._read_stderr)

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the process has ended."""
        if not self._ended.done():
            signal.pidfd_send_signal(self._pidfd, number)

    async def wait(self) -> int:
        """The process's end: its exit code, or a signal's number, negative."""
        return await asyncio.shield(self._ended)

    @property
    def running(self) -> bool:
        """Whether it has not been seen to end."""
        return not self._ended.done()

    def stderr_lines(self) -> list[str]:
        """What it last wrote to standard error, at most 16 KiB, as lines without blanks around."""
        return [line.strip() for line in self._stderr_kept.decode("utf-8", "replace").splitlines() if line.strip()]

    def kill_and_reap(self) -> None:
        """End it at once and wait in place; a killed process takes a millisecond or two."""
        if self.running:
            self.send(signal.SIGKILL)
            self._reap()

    def _reap(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        code = self._popen.wait()
        self._read_stderr()
        self._loop.remove_reader(self._stderr)
        os.close(self._stderr)
        self._ended.set_result(code)

    def _read_stderr(self) -> None:
        # Read on for ever, or a talkative process would stand still; keep the tail.
        try:
            while data := os.read(self._stderr, READ_BYTES):
                self._stderr_kept += data
                del self._stderr_kept[:-STDERR_KEPT_BYTES]
        except BlockingIOError:
            return
        self._loop.remove_reader(self._stderr)
