"""A kept machine is had from any process of its user: started with `keep`, attached to with `attach` or `connect`."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal, VmmError
from unikernel.machine import registry
from unikernel.machine.kept import wire
from unikernel.machine.kept.machine import KeptMachine
from unikernel.machine.kept.wire import PROTOCOL, Message
from unikernel.machine.network.forwards import OpenForward

if TYPE_CHECKING:
    from unikernel.build.image import Image

START_S: Final = 30.0


@dataclass(frozen=True)
class Kept:
    """What a keeper says once its machine runs; `pid` is the keeper's, `console` the socket at which one attaches, `gdb`
    the command that attaches a debugger, where one was asked for, `forwards` the ports that lead into it.
    """

    name: str
    pid: int
    console: Path
    gdb: str = ""
    forwards: tuple[OpenForward, ...] = ()


def keep(image: Image, *, viewer: bool = False, **options: object) -> Kept:
    """Start a machine in a process of its own; the options are those of `machine.boot`. Blocks until it runs.

    With `viewer` the keeper waits for one to attach before it ends, even when the machine has ended meanwhile. Raises
    what `boot` raises, and `VmmError` when the keeper cannot be started.
    """
    request = {"image": str(image.path.absolute()), "viewer": viewer, "options": options}
    # It must find the same code as this process, though it stands in another folder.
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    command = [sys.executable, "-P", "-m", "unikernel.machine.kept.keeper", image.manifest.name]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request, default=_plain).encode(),
            capture_output=True,
            check=False,
            timeout=START_S,
            cwd="/",
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,
        )
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    except (OSError, subprocess.TimeoutExpired) as error:
        done, last = None, str(error)
    if done is None or not done.stdout:
        message = f'"{image.manifest.name}" could not be kept: its keeper did not start ({last or "it said nothing"}).'
        raise VmmError(message)
    report = json.loads(done.stdout)
    if "error" in report:
        raise wire.error_of(report)
    opened = tuple(map(OpenForward.read, report["forwards"]))
    return Kept(report["name"], report["pid"], Path(report["console"]), report["gdb"], opened)


async def boot(image: Image, **options: object) -> KeptMachine:
    """Start a kept machine and attach to it; see `keep`. Cancelled meanwhile, it is stopped."""
    starting = asyncio.ensure_future(asyncio.to_thread(keep, image, viewer=True, **options))
    try:
        started = await asyncio.shield(starting)
    except asyncio.CancelledError:
        started = await starting
        await asyncio.to_thread(registry.stop, started.name)
        raise
    return await connect(started.console, started.name)


async def attach(name: str, replay_from: int = 0) -> KeptMachine:
    """Attach to the kept machine of that name; its output from `replay_from` on, as far as it is kept, comes first.

    Raises `Refusal` when no such machine runs, or when it is not a kept one.
    """
    entry = registry.find(name, "console")
    if not entry.console:
        message = f'console: "{name}" belongs to process {entry.pid}, which shows it; only one booted with --detach can be attached to.'
        raise Refusal(message)
    return await connect(Path(entry.console), name, replay_from)


async def connect(path: Path, name: str, replay_from: int = 0) -> KeptMachine:
    """Attach to the machine whose socket is at `path`. Raises `Refusal` when nobody keeps it any more."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    channel.setblocking(False)  # noqa: FBT003 - of the standard library
    try:
        with wire.address(path) as short:
            await asyncio.get_running_loop().sock_connect(channel, short)
        reader, writer = await asyncio.open_unix_connection(sock=channel, limit=wire.LINE_BYTES)
    except OSError as error:
        channel.close()
        message = f'console: "{name}" is kept no more; boot it again.'
        raise Refusal(message) from error
    writer.write(Message("hello", {"protocol": PROTOCOL, "replay_from": replay_from}).frame())
    welcome = await wire.read(reader)
    if welcome is None or welcome.kind != "welcome":
        writer.close()
        message = f'console: "{name}" is kept no more; boot it again.'
        raise Refusal(message if welcome is None else str(welcome.fields.get("message")))
    return KeptMachine(reader, writer, welcome.fields)


def _plain(secret: object) -> dict[str, str]:
    """Bytes, in JSON; the keeper reads them back."""
    if isinstance(secret, bytes | bytearray):
        return {wire.BYTES: secret.hex()}
    message = f"{type(secret).__name__} is no option of a boot"
    raise TypeError(message)
