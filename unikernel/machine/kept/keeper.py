"""The keeper: a process of its own that owns one machine and serves its console, whatever becomes of who started it.

It is started as ``python -m unikernel.machine.kept.keeper NAME``, reads one JSON object from standard input, tells by
another whether the machine runs, and then has nothing left of its caller: a session of its own, no standard streams, no
folder. It ends with its machine; SIGTERM ends both. Killed outright, it takes QEMU with it, as every owner does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from unikernel.build.image import Image
from unikernel.errors import UnikernelError
from unikernel.machine.boot import boot
from unikernel.machine.kept import wire
from unikernel.machine.kept.server import Server

if TYPE_CHECKING:
    from unikernel.machine.machine import Machine

VIEWER_S: Final = 10.0
"""How long a caller that wants to see the machine may take to attach, even to one that has ended meanwhile."""


def main() -> None:
    """The process's life."""
    request = json.loads(sys.stdin.buffer.read(), object_hook=_bytes)
    # The caller started us in a session of our own; its leader ends here, so that no terminal can ever become ours.
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    asyncio.run(_keep(request))


async def _keep(request: dict[str, Any]) -> None:
    try:
        machine = await boot(Image.read(request["image"]), **request["options"])
        try:
            server = Server(machine, awaited=request["viewer"])
            await server.open()
        except BaseException:
            await machine.stop()
            raise
    except (UnikernelError, OSError) as error:
        _tell({"error": type(error).__name__, "message": str(error)})
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, _stop, loop, machine)
    opened = [each.data() for each in machine.forwards]
    place = {"name": machine.name, "pid": os.getpid(), "console": str(server.path), "gdb": machine.gdb_command}
    place["forwards"] = opened
    if not _tell(place):
        await machine.stop()  # Who asked for it is no more.
    _let_go()
    await machine.wait()
    if request["viewer"]:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(VIEWER_S):
                await server.seen.wait()
    await server.close()


def _bytes(fields: dict[str, Any]) -> Any:
    return bytes.fromhex(fields[wire.BYTES]) if set(fields) == {wire.BYTES} else fields


def _stop(loop: asyncio.AbstractEventLoop, machine: Machine) -> None:
    stopping = loop.create_task(machine.stop())
    stopping.add_done_callback(lambda task: task.exception())


def _tell(report: dict[str, Any]) -> bool:
    """Tell the caller; whether it was there to hear."""
    try:
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
    except OSError:
        return False
    return True


def _let_go() -> None:
    """Have nothing open that is the caller's."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


if __name__ == "__main__":
    main()
