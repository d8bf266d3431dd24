"""A disk's back end that a VMM reaches over a socket: the server's side of NBD, as much of it as one client needs.

Source: NetworkBlockDevice, "doc/proto.md", fixed newstyle negotiation and simple replies. The client is a VMM that runs
a guest nobody trusts: lengths and offsets are checked, and what makes no sense ends the connection.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import socket

MOST_BYTES: Final = 32 << 20
"""Of one request; what a client may send without asking."""
SECTOR_BYTES: Final = 512

_MAGIC: Final = b"NBDMAGICIHAVEOPT"
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2
_OPTION: Final = struct.Struct(">8sII")  # IHAVEOPT, option, length
_OPTION_REPLY: Final = struct.Struct(">QIII")  # magic, option, type, length
_OPTION_REPLY_MAGIC: Final = 0x3E889045565A9
_OPTION_MOST_BYTES: Final = 4096
_ABORT, _INFO, _GO = 2, 6, 7
_ACK, _REPLY_INFO, _UNSUPPORTED = 1, 3, 0x80000001
_INFO_EXPORT, _INFO_BLOCK_SIZE = 0, 3

_REQUEST: Final = struct.Struct(">IHHQQI")  # magic, flags, type, cookie, offset, length
_REQUEST_MAGIC: Final = 0x25609513
_REPLY: Final = struct.Struct(">IIQ")  # magic, error, cookie
_REPLY_MAGIC: Final = 0x67446698
_READ, _WRITE, _DISCONNECT, _FLUSH = 0, 1, 2, 3
_HAS_FLAGS, _READ_ONLY, _SEND_FLUSH = 1, 2, 4
_EPERM, _EIO, _EINVAL = 1, 5, 22


class PowerIsOff(Exception):
    """The disk has no power any more: nothing is answered."""


class Backend(Protocol):
    """What is served: a disk of whole sectors. Each method may raise `OSError`, and `PowerIsOff`."""

    size_bytes: int
    read_only: bool

    def read(self, offset: int, length: int) -> bytes:
        """What is there."""

    def write(self, offset: int, data: bytes) -> None:
        """Put it there, as far as the next `read` can tell."""

    def flush(self) -> None:
        """Make safe what was written."""


async def serve(channel: socket.socket, backend: Backend) -> None:
    """Serve `backend` to the one client at the other end of `channel` until either leaves; closes `channel`."""
    reader, writer = await asyncio.open_connection(sock=channel)
    try:
        if await _negotiate(reader, writer, backend):
            while await _answer(reader, writer, backend):
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, PowerIsOff):
        pass
    finally:
        writer.close()


async def _negotiate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend: Backend) -> bool:
    """Whether the client wants to go on; it has learnt size and abilities then."""
    writer.write(_MAGIC + struct.pack(">H", _FIXED_NEWSTYLE | _NO_ZEROES))
    await reader.readexactly(4)  # the client's flags, of which none changes what follows
    while True:
        magic, option, length = _OPTION.unpack(await reader.readexactly(_OPTION.size))
        if magic != _MAGIC[8:] or length > _OPTION_MOST_BYTES:
            return False
        await reader.readexactly(length)
        if option in (_INFO, _GO):
            flags = _HAS_FLAGS | _SEND_FLUSH | (_READ_ONLY if backend.read_only else 0)
            _reply(writer, option, _REPLY_INFO, struct.pack(">HQH", _INFO_EXPORT, backend.size_bytes, flags))
            sizes = struct.pack(">HIII", _INFO_BLOCK_SIZE, SECTOR_BYTES, 4096, MOST_BYTES)
            _reply(writer, option, _REPLY_INFO, sizes)
        known = option in (_INFO, _GO, _ABORT)
        _reply(writer, option, _ACK if known else _UNSUPPORTED)
        await writer.drain()
        if option in (_GO, _ABORT):
            return bool(option == _GO)


def _reply(writer: asyncio.StreamWriter, option: int, kind: int, data: bytes = b"") -> None:
    writer.write(_OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, kind, len(data)) + data)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backend: Backend) -> bool:
    """One request; whether more may follow."""
    head = await reader.readexactly(_REQUEST.size)
    magic, _, kind, cookie, offset, length = _REQUEST.unpack(head)
    if magic != _REQUEST_MAGIC or kind == _DISCONNECT or length > MOST_BYTES:
        return False
    data = await reader.readexactly(length) if kind == _WRITE else b""
    error, answer = 0, b""
    inside = length > 0 and not (offset | length) % SECTOR_BYTES and offset + length <= backend.size_bytes
    try:
        if kind == _FLUSH:
            backend.flush()
        elif kind not in (_READ, _WRITE) or not inside:
            error = _EINVAL
        elif kind == _READ:
            answer = backend.read(offset, length)
        elif backend.read_only:
            error = _EPERM
        else:
            backend.write(offset, data)
    except OSError:
        error = _EIO
    writer.write(_REPLY.pack(_REPLY_MAGIC, error, cookie) + answer)
    return True
