"""The keeper's side of a kept machine's socket: any number of viewers, each at its own pace, none of which hurts the
machine.

A viewer has a place in the ring of the console, and of each channel. One that reads slowly is sent more when it has taken
what came before, and learns by the offsets what the rings no longer had.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from typing import TYPE_CHECKING, Final

from unikernel.errors import UnikernelError, WrongState
from unikernel.machine.entry import CONSOLE
from unikernel.machine.kept import wire
from unikernel.machine.kept.wire import PIECE_BYTES, PROTOCOL, Message

if TYPE_CHECKING:
    from unikernel.machine.channel_console import ChannelConsole
    from unikernel.machine.machine import Machine

LINGER_S: Final = 30.0
"""After the machine's end, how long viewers may take to read the rest."""
ANSWER_S: Final = 1.0
"""How long answers may take that are due when the machine has ended."""
MOST_ASKED: Final = 64
"""How many questions of one viewer may be open."""
MOST_INPUT_BYTES: Final = 1 << 20
_CREDENTIALS: Final = struct.Struct("iII")  # of the kernel: pid, uid, gid


class Server:
    """The socket of one machine; on the machine's loop."""

    def __init__(self, machine: Machine, *, awaited: bool = False) -> None:
        """Not listening yet; see `open`. Where a viewer is `awaited`, the socket stays until one has come."""
        self.path = machine.listing.beside(CONSOLE)
        self.seen = asyncio.Event()
        """Set by the first viewer."""
        self._machine = machine
        self._awaited = awaited
        self._viewers: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen. Only this user can open the socket: its folder and its mode say so, and each peer is asked."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with wire.address(self.path) as name:
                listener.bind(name)
                os.chmod(name, 0o600)  # noqa: PTH101 - the name is no path to keep
            self._server = await asyncio.start_unix_server(self._meet, sock=listener, limit=wire.LINE_BYTES)
            self._machine.listing.kept_at(self.path)
            self._machine.watch(self._tidy)
        except BaseException:
            listener.close()
            self.path.unlink(missing_ok=True)
            raise

    async def close(self) -> None:
        """Take no more viewers, and let those that are there read to the end."""
        self.path.unlink(missing_ok=True)
        if self._server:
            self._server.close()
        if self._viewers:
            _, late = await asyncio.wait(self._viewers, timeout=LINGER_S)
            for task in late:
                task.cancel()

    def _tidy(self) -> None:
        """Who hears of the machine's end finds nothing left of it."""
        if self._machine.run and (self.seen.is_set() or not self._awaited):
            self.path.unlink(missing_ok=True)

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._viewers.add(task)
        task.add_done_callback(self._viewers.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            hello = await wire.read(reader)
            if hello is None or hello.kind != "hello" or not _is_ours(writer):
                return
            if hello.fields.get("protocol") != PROTOCOL:
                message = f'console: "{self._machine.name}" is kept by another version of unikernel; stop it, and boot it again.'
                writer.write(Message("refused", {"message": message}).frame())
                await writer.drain()
                return
            self.seen.set()
            self._tidy()
            await Viewer(self._machine, reader, writer).live(int(hello.fields.get("replay_from", 0)))
        except (ConnectionError, ValueError, TypeError):
            pass  # a viewer that is gone, or that speaks nonsense
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()  # What is not yet sent would end with this process.


class Viewer:
    """One connection."""

    def __init__(self, machine: Machine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Of `machine`; `live` is its life."""
        self._machine = machine
        self._reader = reader
        self._writer = writer
        self._news = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()
        self._recordings: set[str] = set()
        """Those that this viewer has begun; they end with it."""

    async def live(self, replay_from: int) -> None:
        """Until the viewer leaves, or has read to the machine's end."""
        machine = self._machine
        self._send(Message("welcome", {**self._state(), **self._facts()}))
        texts = (machine.console, *machine.channels.values())
        unsubscribe = [text.subscribe(lambda _offset, _data: self._news.set()) for text in texts]
        unwatch = machine.watch(self._tell_state)
        pump = asyncio.ensure_future(self._pump(replay_from))
        listen = asyncio.ensure_future(self._listen())
        try:
            await asyncio.wait((pump, listen), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in unsubscribe:
                end()
            unwatch()
            for task in (pump, listen, *self._answering):
                task.cancel()
            await asyncio.gather(pump, listen, return_exceptions=True)
            for name in self._recordings:
                await machine.stop_recording(name)

    async def _pump(self, position: int) -> None:
        """All output from `position` on, and all that the channels have, in turn; then the run."""
        positions = {"": position} | dict.fromkeys(self._machine.channels, 0)
        while True:
            self._news.clear()
            some = False
            for name, start in positions.items():
                offset, data = self._text(name).since(start, PIECE_BYTES)
                if data:
                    some = True
                    positions[name] = offset + len(data)
                    self._send(Message("output", {"offset": offset, "channel": name}, data))
                    await self._writer.drain()
            if some:
                continue
            if (run := self._machine.run) is not None:
                if self._answering:  # what was asked before is answered before
                    await asyncio.wait(self._answering, timeout=ANSWER_S)
                self._send(wire.ended(run, self._machine.records_bytes()))
                await self._writer.drain()
                return
            await self._news.wait()

    async def _listen(self) -> None:
        while (message := await wire.read(self._reader)) is not None:
            if message.kind != "ask" or len(message.data) > MOST_INPUT_BYTES:
                return
            task = asyncio.ensure_future(self._answer(message))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
            while len(self._answering) >= MOST_ASKED:
                await asyncio.wait(self._answering, return_when=asyncio.FIRST_COMPLETED)

    async def _answer(self, message: Message) -> None:
        asked = message.fields.get("id")
        try:
            data = await self._do(str(message.fields.get("what")), message)
        except UnikernelError as error:
            self._send(Message("answer", {"id": asked, "error": type(error).__name__, "message": str(error)}))
        else:
            self._send(Message("answer", {"id": asked}, data))

    def _text(self, name: str) -> ChannelConsole:
        """The channel of that name; the console has none."""
        return self._machine.channels.get(name, self._machine.console)

    async def _do(self, what: str, message: Message) -> bytes:
        machine, data = self._machine, message.data
        if what == "input":
            await self._text(str(message.fields.get("channel"))).send(data)
        elif what == "records":
            return machine.records_bytes()
        elif what == "metrics":
            return (await machine.host_view()).json()
        elif what == "power_cut":
            await machine.power_cut(**json.loads(data))
        elif what == "record":
            nic, name = await machine.begin_recording(*json.loads(data))
            self._recordings.add(name)
            return json.dumps([nic, name]).encode()
        elif what == "recorded":
            name, offset = json.loads(data)
            return await self._recorded(name, int(offset))
        elif what == "stop_recording":
            await machine.stop_recording(self._own(data.decode()))
        elif what == "link":
            await machine.link(**json.loads(data))
        elif what in ("interrupt", "pause", "resume", "stop", "shutdown", "restart"):
            await getattr(machine, what)()
        else:
            refusal = (
                f'console: "{machine.name}" is kept by a unikernel that knows no "{what}"; stop it, and boot it again.'
            )
            raise WrongState(refusal)
        return b""

    async def _recorded(self, name: str, offset: int) -> bytes:
        more, ended = await self._machine.recorded(self._own(name), offset)
        if ended:
            self._recordings.discard(name)
        return bytes([ended]) + more

    def _own(self, name: str) -> str:
        """A recording that this viewer has begun."""
        if name not in self._recordings:
            message = f'capture: there is no recording "{name}" of this viewer; begin one.'
            raise WrongState(message)
        return name

    def _send(self, message: Message) -> None:
        self._writer.write(message.frame())

    def _tell_state(self) -> None:
        self._news.set()
        self._send(Message("state", self._state()))

    def _state(self) -> dict[str, object]:
        machine = self._machine
        return {"state": machine.state.value, "restarts": machine.restarts, "vmm_pid": machine.pid}

    def _facts(self) -> dict[str, object]:
        machine = self._machine
        limits = machine.limits
        return {
            "name": machine.name,
            "pid": os.getpid(),
            "started_at": machine.started_at,
            "channels": list(machine.channels),
            "first_byte_ns": machine.console.first_byte_ns,
            "gdb_command": machine.gdb_command,
            "forwards": [each.data() for each in machine.forwards],
            "addresses": [(each.text, each.url) for each in machine.addresses],
            "limits": [limits.memory_bytes, limits.output_bytes, limits.time_s],
            "image": str(machine.image.path),
            "image_descriptor": machine.image_descriptor,
        }


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Whether the peer is a process of this user."""
    raw = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return bool(_CREDENTIALS.unpack(raw)[1] == os.getuid())
