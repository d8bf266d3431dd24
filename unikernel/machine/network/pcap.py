"""Captured frames, and the file that holds them: classic pcap, which Wireshark, tcpdump and others open.

Source: IETF draft-ietf-opsawg-pcap, "PCAP Capture File Format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_FRAME_BYTES: Final = 65536
_HEAD: Final = struct.Struct("<IHHiIII")
_RECORD: Final = struct.Struct("<IIII")
_MAGIC: Final = 0xA1B2C3D4  # times in microseconds
_ETHERNET: Final = 1
_MICRO: Final = 1_000_000

HEADER: Final = _HEAD.pack(_MAGIC, 2, 4, 0, 0, MOST_FRAME_BYTES, _ETHERNET)
"""What a file begins with."""


@dataclass(frozen=True)
class Frame:
    """A frame, and when it went by, in microseconds since the epoch; `size` is its own, should `data` be less."""

    time_us: int
    data: bytes
    size: int

    def record(self) -> bytes:
        """As it stands in a file, behind the header and the frames before."""
        seconds, micro = divmod(self.time_us, _MICRO)
        return _RECORD.pack(seconds, micro, len(self.data), self.size) + self.data


def written(frames: Iterable[Frame]) -> bytes:
    """A whole file."""
    return HEADER + b"".join(frame.record() for frame in frames)


class Reader:
    """Frames out of a file that comes in pieces."""

    def __init__(self) -> None:
        """Before the header."""
        self._rest = bytearray()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole by now. Raises `ValueError` for what is no file of this kind."""
        self._rest += data
        if not self._begun and len(self._rest) >= len(HEADER):
            if _HEAD.unpack_from(self._rest)[0] != _MAGIC:
                message = "no pcap in this byte order"
                raise ValueError(message)
            del self._rest[: len(HEADER)]
            self._begun = True
        while self._begun and (frame := self._next()):
            yield frame

    def _next(self) -> Frame | None:
        if len(self._rest) < _RECORD.size:
            return None
        seconds, micro, length, size = _RECORD.unpack_from(self._rest)
        if length > MOST_FRAME_BYTES:
            message = f"a frame of {length} bytes"
            raise ValueError(message)
        end = _RECORD.size + length
        if len(self._rest) < end:
            return None
        frame = Frame(seconds * _MICRO + micro, bytes(self._rest[_RECORD.size : end]), size)
        del self._rest[:end]
        return frame
