"""Real servers of the distribution beside a machine: in a network namespace of their own, whose one interface is a place on
a private network. It takes no root where a user namespace can be made: in it, a network can. Below chroot, it takes root.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Final

from unikernel.devices import Network

FRAME_BYTES: Final = 65536
MAKE_TAP: Final = """
import array, fcntl, os, socket, struct, subprocess, sys
TUNSETIFF, TAP, NO_HEADER = 0x400454CA, 2, 0x1000
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", b"lab", TAP | NO_HEADER))
for words in sys.argv[2].split(";"):
    subprocess.run(["ip", *words.split()], check=True)
out = socket.socket(fileno=int(sys.argv[1]))
out.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [tap]))])
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Makes the interface, passes it out, and becomes the server."""


@cache
def _apart() -> tuple[str, ...]:
    """What a command begins with that is to have a network of its own. unshare(1), user_namespaces(7)."""
    with_user = ("unshare", "--user", "--map-root-user", "--net")
    able = subprocess.run([*with_user, "true"], capture_output=True, check=False).returncode == 0
    return with_user if able else ("unshare", "--net")


@contextlib.asynccontextmanager
async def server(network: str, addresses: tuple[str, ...], *command: str, log: Path) -> AsyncIterator[None]:
    """Runs a server on that network at those addresses, with lengths; it ends with the block."""
    async with beside(network, addresses, *command, log=log) as process:
        yield
        assert process.poll() is None, log.read_text()


@contextlib.asynccontextmanager
async def beside(
    network: str, addresses: tuple[str, ...], *command: str, log: Path
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Starts a command there, which may end before the block does."""
    words = ["link set lo up", "link set lab up", *(f"addr add {each} dev lab nodad" for each in addresses)]
    ours, theirs = socket.socketpair()
    start = [sys.executable, "-c", MAKE_TAP, str(theirs.fileno()), ";".join(words), *command]
    with log.open("wb") as output, ours:
        process = subprocess.Popen(
            [*_apart(), *start],
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        theirs.close()
        try:
            _, passed, _, _ = await asyncio.to_thread(socket.recv_fds, ours, 1, 1)
            assert passed, log.read_text()
            async with relay(network, passed[0]):
                yield process
        finally:
            process.terminate()
            process.wait(10)


@contextlib.asynccontextmanager
async def relay(network: str, tap: int) -> AsyncIterator[None]:
    """Frames go both ways between an interface and the network."""
    loop = asyncio.get_running_loop()
    os.set_blocking(tap, False)
    async with Network(network).port("relay") as port:
        waiting: asyncio.Queue[bytes] = asyncio.Queue()
        loop.add_reader(tap, lambda: waiting.put_nowait(os.read(tap, FRAME_BYTES)))

        async def out() -> None:
            while True:
                await port.send(await waiting.get())

        async def back() -> None:
            while True:
                os.write(tap, await port.receive(None))

        tasks = [asyncio.ensure_future(each()) for each in (out, back)]
        try:
            yield
        finally:
            loop.remove_reader(tap)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            os.close(tap)


@contextlib.asynccontextmanager
async def dnsmasq(network: str, folder: Path) -> AsyncIterator[Path]:
    """Dnsmasq at 10.0.2.2, which lends 10.0.2.77, and knows all of lab: db.lab; the file of its leases."""
    leases = folder / "leases"
    command = (
        *("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--user=root", "--group=root", "--no-resolv"),
        *("--interface=lab", "--bind-interfaces", "--dhcp-authoritative", f"--dhcp-leasefile={leases}"),
        *("--dhcp-range=10.0.2.77,10.0.2.77,1h", "--pid-file=", "--no-hosts", "--host-record=db.lab,10.0.2.9"),
        "--local=/lab/",
    )
    async with server(network, ("10.0.2.2/24",), *command, log=folder / "dnsmasq.log"):
        yield leases
