"""The monitor of a running QEMU, spoken by the QEMU project's own client, ``qemu.qmp``.

The client takes 50 ms to import, longer than a whole boot, and a boot needs no monitor: so it is connected late, when
somebody asks for it or the machine has run for a while, and the machine waits for neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import socket
from typing import TYPE_CHECKING, Any, Final

from unikernel.errors import VmmError
from unikernel.machine.metrics import DriveCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qemu.qmp import QMPClient

CONNECT_AFTER_S: Final = 0.25
ANSWER_S: Final = 10
CLOSE_S: Final = 1
GREETING_BYTES: Final = 4096

WATCHDOG: Final = "watchdog"
_HOPELESS: Final = frozenset({"internal-error", "guest-panicked", WATCHDOG})
"""Run states from which the machine does not come back, while QEMU stays alive (qapi/run-state.json, RunState)."""

# The client reports each lost connection on its logger, but a QEMU that ends takes its monitor with it: that is no news.
logging.getLogger("qemu.qmp").addHandler(logging.NullHandler())
logging.getLogger("qemu.qmp").propagate = False


class Monitor:
    """One monitor connection; `gave_up` is called with the run state when the machine is beyond hope."""

    def __init__(self, ours: socket.socket, gave_up: Callable[[str], None]) -> None:
        """`ours` is our end of the socket pair; the loop is the running one."""
        self._socket = ours
        self._gave_up = gave_up
        self._connection: asyncio.Task[QMPClient] | None = None
        self._greeting: Mapping[str, Any] = {}
        self._connecting = asyncio.Lock()
        self._watch = asyncio.get_running_loop().create_task(self._watch_run_state(), name="unikernel-monitor")

    async def execute(self, command: str, arguments: Mapping[str, object] | None = None) -> object:
        """Execute one command and return its answer. Raises `VmmError` when QEMU refuses it or is gone."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._ask(command, arguments)
        except TimeoutError:
            message = f"QEMU did not carry out {command} within {ANSWER_S} s; stop the machine."
            raise VmmError(message) from None

    async def _ask(self, command: str, arguments: Mapping[str, object] | None) -> object:
        client = await self._connected()
        from qemu.qmp import QMPError  # noqa: PLC0415 - see the module's text

        try:
            return await client.execute(command, arguments)
        except (QMPError, OSError, EOFError) as error:
            message = f"QEMU did not carry out {command} ({error}); look whether the machine still runs."
            raise VmmError(message) from error

    @property
    def version(self) -> str:
        """QEMU's version out of its greeting; empty as long as it has not greeted."""
        if not self._greeting:
            self._peek()
        try:
            version = self._greeting["QMP"]["version"]["qemu"]
            return f"{version['major']}.{version['minor']}.{version['micro']}"
        except (KeyError, TypeError):
            return ""

    def abandon(self) -> None:
        """QEMU is gone: stop watching, but keep what it said."""
        self._watch.cancel()
        if not self._greeting:
            self._peek()

    async def close(self) -> None:
        """Give back the connection; never raises."""
        self._watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._watch
        if self._connection:
            # QEMU is gone, or goes: what was begun ends at once.
            await asyncio.wait((self._connection,), timeout=CLOSE_S)
            self._connection.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await (await self._connection).disconnect()
        self._socket.close()

    async def _connected(self) -> QMPClient:
        async with self._connecting:
            if self._connection is None:
                loop = asyncio.get_running_loop()
                qmp = await loop.run_in_executor(None, importlib.import_module, "qemu.qmp")
                self._connection = loop.create_task(self._connect(qmp))
        # Half a connection would stay on its descriptor, which is another machine's as soon as ours is closed. So who
        # gives up waiting lets it come to an end; `close` sees to that.
        return await asyncio.shield(self._connection)

    async def _connect(self, qmp: Any) -> QMPClient:
        client: QMPClient = _client(qmp)
        self._peek()
        try:
            await client.connect(self._socket)
        except (qmp.QMPError, OSError, EOFError) as error:
            message = f"QEMU's monitor does not answer ({error}); look whether the machine still runs."
            raise VmmError(message) from error
        return client

    async def _watch_run_state(self) -> None:
        """QEMU neither ends nor says why when it gives a machine up: it stops it, and the state tells."""
        await asyncio.sleep(CONNECT_AFTER_S)
        with contextlib.suppress(VmmError):
            client = await self._connected()
            with client.listener(("STOP", "GUEST_PANICKED")) as events:
                await self._look()
                async for _ in events:
                    await self._look()

    async def _look(self) -> None:
        answer = await self.execute("query-status")
        state = answer.get("status", "") if isinstance(answer, dict) else ""
        if state in _HOPELESS:
            self._gave_up(state)

    def _peek(self) -> None:
        """Read the greeting without taking it from the client, if it has come."""
        with contextlib.suppress(OSError, ValueError):
            raw = self._socket.recv(GREETING_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            self._greeting = json.loads(raw.split(b"\n", 1)[0])


def counts(answer: Any) -> Mapping[str, DriveCounts]:
    """The answer to query-blockstats, by the disks' names (qapi/block-core.json, BlockStats)."""
    found = {}
    for each in answer:
        stats = each["stats"]
        failed = sum(stats[f"failed_{kind}_operations"] for kind in ("rd", "wr", "flush", "unmap"))
        found[each["node-name"].partition(".")[2]] = DriveCounts(
            reads=stats["rd_operations"],
            writes=stats["wr_operations"],
            flushes=stats["flush_operations"],
            read_bytes=stats["rd_bytes"],
            written_bytes=stats["wr_bytes"],
            errors=failed + stats["invalid_rd_operations"] + stats["invalid_wr_operations"],
        )
    return found


def _client(qmp: Any) -> QMPClient:
    """The client, which would leave it to asyncio to report, with a traceback, that QEMU ended in mid-greeting."""

    class Client(qmp.QMPClient):  # type: ignore[misc]
        def _set_state(self, state: Any) -> None:
            super()._set_state(state)
            if self._bh_tasks:
                self._bh_tasks.add_done_callback(lambda tasks: tasks.cancelled() or tasks.exception())

    return Client("unikernel")
