"""How many connections may wait at a forward: a VMM listens with room for one, and whoever finds none waits for seconds.

So its listening sockets are taken by pidfd_getfd(2), and told to have more room. That needs the right to look into the VMM,
which is our child; where the host denies it, `lack` says so, and nothing is changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
import select
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.machine.network import holders

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOM: Final = 256
"""Connections that may wait at a forward."""
PIDFD_GETFD: Final = 438
"""The system call's number, the same on every architecture."""
LOOK_AGAIN_S: Final = 0.005
GIVE_UP_S: Final = 10.0
"""A VMM that does not listen after so long never will."""


async def widen(pid: int, places: Iterable[tuple[str, int]]) -> bool:
    """As soon as the process listens at those hosts and ports, give each more room; whether that came to be. Where the
    host denies it, wait at least until somebody listens there.
    """
    wanted = set(places)
    denied = False
    with contextlib.suppress(OSError, TimeoutError):  # it has ended, or does not come to it
        process = os.pidfd_open(pid)
        try:
            async with asyncio.timeout(GIVE_UP_S):
                while wanted and not select.select((process,), (), (), 0)[0]:
                    try:
                        wanted -= _widened(pid, process, wanted)
                    except PermissionError:
                        denied = True
                        wanted -= {place for place in wanted if holders.listens(place[1])}
                    if wanted:
                        await asyncio.sleep(LOOK_AGAIN_S)
        finally:
            os.close(process)
    return not wanted and not denied


def lack() -> str:
    """Why the host does not let us, half a sentence; empty where it does. Starts a process that waits."""
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process = os.pidfd_open(child.pid)
    try:
        os.close(_taken(process, 0))
    except OSError as error:
        return f"pidfd_getfd is refused ({error.strerror})"
    finally:
        os.close(process)
        child.kill()
        child.communicate()
    return ""


def _widened(pid: int, process: int, wanted: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those at which it listens by now. Raises `OSError` where the process is gone, or we may not look."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if not entry.readlink().name.startswith("socket:"):
                continue
            fd = _taken(process, int(entry.name))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EBADF):  # closed meanwhile
                raise
            continue
        with socket.socket(fileno=fd) as each:
            if each.family != socket.AF_INET or not each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                continue
            if (place := each.getsockname()) in wanted:
                each.listen(ROOM)
                found.add(place)
    return found


def _taken(process: int, descriptor: int) -> int:
    """A copy of another process's descriptor; raises `OSError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = int(
        libc.syscall(ctypes.c_long(PIDFD_GETFD), ctypes.c_int(process), ctypes.c_int(descriptor), ctypes.c_uint(0))
    )
    if fd < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return fd
