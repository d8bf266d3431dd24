"""A client of the machine's own NBD server, for tests: as much of the protocol as QEMU speaks."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

GO, LIST = 7, 3
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3


class Client:
    """One connection, past its negotiation."""

    size_bytes = flags = 0

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connected(cls, serve: Callable[[socket.socket], object]) -> Client:
        """`serve` gets the other end."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        serve(theirs)
        client = cls(*await asyncio.open_connection(sock=ours))
        assert await client.reader.readexactly(18) == b"NBDMAGICIHAVEOPT\0\3"
        client.writer.write(struct.pack(">I", 3))
        return client

    async def option(self, number: int, data: bytes = b"\0\0\0\0\0\0") -> list[tuple[int, bytes]]:
        """Each reply's type and data, up to the last."""
        self.writer.write(struct.pack(">8sII", b"IHAVEOPT", number, len(data)) + data)
        replies = []
        while True:
            magic, option, kind, length = struct.unpack(">QIII", await self.reader.readexactly(20))
            assert (magic, option) == (0x3E889045565A9, number)
            replies.append((kind, await self.reader.readexactly(length)))
            if kind != 3:
                return replies

    async def go(self) -> Client:
        for kind, data in await self.option(GO):
            if kind == 3 and data[:2] == b"\0\0":
                _, self.size_bytes, self.flags = struct.unpack(">HQH", data)
        return self

    async def ask(self, kind: int, offset: int = 0, length: int = 0, data: bytes = b"") -> tuple[int, bytes]:
        """The error, and what a read brought. Raises `IncompleteReadError` where no answer comes."""
        self.writer.write(struct.pack(">IHHQQI", 0x25609513, 0, kind, 77, offset, length or len(data)) + data)
        magic, error, cookie = struct.unpack(">IIQ", await self.reader.readexactly(16))
        assert (magic, cookie) == (0x67446698, 77)
        return error, await self.reader.readexactly(length) if kind == READ and not error else b""

    async def write(self, offset: int, data: bytes) -> int:
        return (await self.ask(WRITE, offset, data=data))[0]

    async def read(self, offset: int, length: int) -> bytes:
        error, data = await self.ask(READ, offset, length)
        assert not error
        return data
