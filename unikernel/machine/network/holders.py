"""Who has what a machine wants of the host: a port, or a tap interface. As well as it can be told: of other users' processes
nothing is seen.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.machine import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LISTENS: Final = "0A"
_BOUND: Final = "07"
"""States in /proc/net/tcp and udp: TCP_LISTEN, and TCP_CLOSE, which a bound UDP socket is in. proc_net_tcp.rst."""
_STATE, _INODE = 3, 9
_HEX: Final = 16


def of_port(port: int, protocol: str) -> str:
    """Who listens at a port of this host."""
    inodes = set(_inodes(port, protocol))
    return _named(lambda fd: fd.readlink().name in inodes)


def listens(port: int) -> bool:
    """Whether anybody listens at a TCP port of this host."""
    return any(_inodes(port, "tcp"))


def of_tap(interface: str) -> str:
    """Who holds a tap interface: the kernel writes its name beside each open descriptor."""
    wanted = re.compile(rf"^iff:\s*{re.escape(interface)}$", re.MULTILINE)

    def holds(fd: Path) -> bool:
        return fd.readlink().name == "tun" and bool(wanted.search((fd.parents[1] / "fdinfo" / fd.name).read_text()))

    return _named(holds)


def _inodes(port: int, protocol: str) -> Iterator[str]:
    """The sockets at a port, as a process's descriptors call them."""
    state = _LISTENS if protocol == "tcp" else _BOUND
    for name in (protocol, f"{protocol}6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/self/net/{name}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[_STATE] == state and int(fields[1].rpartition(":")[2], _HEX) == port:
                    yield f"socket:[{fields[_INODE]}]"


def _named(holds: Callable[[Path], bool]) -> str:
    """The machine or the process with a descriptor of which that is true."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid() and _has(process, holds):
            return _name(int(process.name))
    return "this process" if _has(Path("/proc/self"), holds) else "another process"


def _has(process: Path, holds: Callable[[Path], bool]) -> bool:
    with contextlib.suppress(OSError):
        for fd in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if holds(fd):
                    return True
    return False


def _name(pid: int) -> str:
    for entry in registry.running():
        if pid in (entry.pid, entry.vmm_pid):
            return f'the machine "{entry.name}"'
    with contextlib.suppress(OSError):
        return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
    return f"process {pid}"


def try_port(host: str, port: int, protocol: str) -> int:
    """Open a port and close it again; returns it, or one that is free for 0. Raises `OSError`."""
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as tried:
        if protocol == "tcp":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((host, port))
        return int(tried.getsockname()[1])
