"""A client that asks a machine so many things, over connections that are kept for a while, and looks at each answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from tests.network.served import answer, request
from unikernel.machine.network.forwards import OpenForward

SILENCE_S: Final = 60
"""A machine that says nothing for so long is stuck."""
ASKED_ON_ONE: Final = (1, 2, 5, 20, 100)
"""How many requests a connection is kept for: one after the other of these."""


@dataclass
class Load:
    """What there is to do, shared by all connections; and what has been done."""

    forward: OpenForward
    requests: int
    machine_closes: bool = False
    """Who closes first; its end of the connection is remembered for a minute."""
    begun: int = 0
    done: int = 0
    connections: int = 0

    async def run(self, at_once: int) -> None:
        """All of it, by so many clients at once. Raises `AssertionError` at a wrong answer, `OSError` at a lost connection,
        `TimeoutError` at none.
        """
        async with asyncio.TaskGroup() as group:
            for number in range(at_once):
                group.create_task(self._client(number))

    async def _client(self, number: int) -> None:
        while self.begun < self.requests:
            kept = min(ASKED_ON_ONE[(number + self.connections) % len(ASKED_ON_ONE)], self.requests - self.begun)
            client = _Client(self, self.begun, kept)
            self.begun += kept
            self.connections += 1
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(SILENCE_S):
                await loop.create_connection(client.itself, self.forward.host, self.forward.port)
            while not client.ended.done():
                before = client.number
                await asyncio.wait([client.ended], timeout=SILENCE_S)
                if client.number == before and not client.ended.done():
                    raise TimeoutError(f"no answer to request {before} for {SILENCE_S} s")
            client.ended.result()


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the one before is there."""

    def __init__(self, load: Load, first: int, count: int) -> None:
        self.load, self.number, self.end = load, first, first + count
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.wanted, self.found = b"", b""

    def itself(self) -> _Client:
        """A factory of this one."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.found += data
        if self.found == self.wanted:
            self.load.done += 1
            self.number += 1
            if self.number < self.end:
                self._ask()
            elif not self.load.machine_closes:
                self.transport.write_eof()
        elif not self.wanted.startswith(self.found) or self.number == self.end:
            self._fail(AssertionError(f"{self.found!r} came, and not {self.wanted!r}"))

    def eof_received(self) -> None:
        if self.number < self.end:
            self._fail(ConnectionResetError(f"the machine closed at request {self.number}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            if exc is None:
                self.ended.set_result(None)
            else:
                self.ended.set_exception(exc)

    def _ask(self) -> None:
        path = f"/{self.number}"
        self.wanted, self.found = answer(path.encode()), b""
        self.transport.write(request(path, last=self.load.machine_closes and self.number + 1 == self.end))

    def _fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)
        self.transport.abort()
