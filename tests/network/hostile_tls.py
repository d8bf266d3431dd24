"""What no good client says to a server of TLS: valid beginnings, cut, stretched and changed, and records of every kind."""

from __future__ import annotations

import contextlib
import ssl
import struct
from collections.abc import Iterator
from random import Random
from typing import Final

CHANGE_CIPHER, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
"""Kinds of records. RFC 8446, section 5.1."""
KINDS: Final = (0, CHANGE_CIPHER, ALERT, HANDSHAKE, HANDSHAKE, DATA, 24, 255)
MESSAGES: Final = (0, 1, 1, 2, 4, 8, 11, 12, 13, 14, 15, 16, 20, 24, 254)
"""Kinds of messages in a handshake. RFC 8446, section 4."""
VERSIONS: Final = (0, 0x0300, 0x0301, 0x0303, 0x0303, 0x0304, 0xFFFF)
LENGTHS: Final = (0, 1, 4, 16384, 16385, 18432, 65535)
EDGES: Final = (0, 1, 2, 3, 0x7F, 0x80, 0xFE, 0xFF)
HEAD_BYTES: Final = 5
MOST_BYTES: Final = 2800
"""Two segments."""


def hello(host: str, most: ssl.TLSVersion) -> bytes:
    """What a good client says first."""
    context = ssl.create_default_context()
    context.maximum_version = most
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=host).do_handshake()
    return outgoing.read()


class HostileTls:
    """The generator: nearly the same for the same seed, as a good hello has a number of its own in it."""

    def __init__(self, host: str, seed: int) -> None:
        """Against a server of that name."""
        self.random = Random(seed)
        self._hellos = [hello(host, most) for most in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]

    def beginnings(self, count: int) -> Iterator[bytes]:
        """So many, each what somebody says before anything was answered."""
        makers = (self._changed, self._changed, self._in_pieces, self._record, self._messages, self._noise)
        for _ in range(count):
            yield self.random.choice(makers)()[:MOST_BYTES] or b"\x16"

    def _head(self, kind: int, length: int) -> bytes:
        return struct.pack("!BHH", kind, self.random.choice(VERSIONS), length)

    def _changed(self) -> bytes:
        data = bytearray(self.random.choice(self._hellos))
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(data))
            match self.random.randrange(5):
                case 0:
                    data[at] ^= 1 << self.random.randrange(8)
                case 1:
                    data[at] = self.random.choice(EDGES)
                case 2:
                    data[at : at + 2] = struct.pack("!H", self.random.choice(LENGTHS))
                case 3:
                    del data[at:][1:]
                case _:
                    data[at:at] = self.random.randbytes(self.random.randrange(1, 40))
        return self._measured(bytes(data)) if self.random.random() < 0.5 else bytes(data)

    def _measured(self, data: bytes) -> bytes:
        """With the lengths of the record and its message made good, so that it comes further in."""
        body = data[HEAD_BYTES + 4 :]
        message = bytes([1]) + len(body).to_bytes(3) + body
        return struct.pack("!BHH", HANDSHAKE, 0x0301, len(message)) + message

    def _in_pieces(self) -> bytes:
        """A hello over many records, the last perhaps missing."""
        message = self.random.choice(self._hellos)[HEAD_BYTES:]
        size = self.random.choice((1, 3, 50, 200))
        parts = [message[at : at + size] for at in range(0, len(message), size)]
        records = [struct.pack("!BHH", HANDSHAKE, 0x0301, len(part)) + part for part in parts]
        return b"".join(records[: self.random.choice((len(records), self.random.randrange(len(records) + 1)))])

    def _record(self) -> bytes:
        body = self.random.randbytes(self.random.randrange(300))
        length = self.random.choice((len(body), len(body), *LENGTHS))
        return self._head(self.random.choice(KINDS), length) + body

    def _messages(self) -> bytes:
        found = b""
        for _ in range(self.random.randrange(1, 5)):
            body = self.random.randbytes(self.random.randrange(120))
            said = self.random.choice((len(body), len(body), 0, 0xFFFFFF))
            message = bytes([self.random.choice(MESSAGES)]) + said.to_bytes(3) + body
            found += self._head(HANDSHAKE, len(message)) + message
        return self.random.choice((b"", self.random.choice(self._hellos))) + found

    def _noise(self) -> bytes:
        return self.random.choice((b"GET / HTTP/1.1\r\n\r\n", b"\x80\x2e\x01\0\2", self.random.randbytes(200)))
