"""What a machine wrote to its console: the ring that keeps it while it runs, and the frozen transcript."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

KEPT_BYTES: Final = 4 << 20
"""How much of a console is kept unless told otherwise; the newest is kept."""

MARKS_KEPT: Final = 4096
JOINED_BYTES: Final = 4096
"""Pieces smaller than this together become one."""

MARK_EVERY_NS: Final = 1_000_000


@dataclass(frozen=True)
class Mark:
    """The byte at `offset` arrived at `time_ns` of ``time.monotonic_ns()``."""

    offset: int
    time_ns: int


@dataclass(frozen=True)
class Transcript:
    """The console's kept bytes. `offset` counts from the machine's first byte: what lies before it was written, but
    not kept.
    """

    data: bytes = b""
    offset: int = 0
    marks: tuple[Mark, ...] = ()

    @property
    def total_bytes(self) -> int:
        """All that the machine wrote, kept or not."""
        return self.offset + len(self.data)

    @property
    def text(self) -> str:
        r"""As text, ends of lines as ``\n``; what is not UTF-8 is shown as such; a cut is noted in the first line."""
        text = self.data.decode("utf-8", "replace").replace("\r\n", "\n")
        return f"[{self.offset} bytes before this were not kept]\n{text}" if self.offset else text

    def __str__(self) -> str:
        """The text."""
        return self.text

    def __contains__(self, text: str | bytes) -> bool:
        """Whether the kept part holds it."""
        return (text.encode() if isinstance(text, str) else text) in self.data


class Ring:
    """The newest `limit_bytes` of a stream, addressed by the offset in the whole stream."""

    def __init__(self, limit_bytes: int = KEPT_BYTES) -> None:
        """Empty."""
        self.limit_bytes = limit_bytes
        self._chunks: deque[bytes] = deque()
        self._marks: deque[Mark] = deque(maxlen=MARKS_KEPT)
        self.start = 0
        self.end = 0

    def append(self, data: bytes, time_ns: int) -> None:
        """Add what arrived; the oldest goes where the limit is passed."""
        if not self._marks or time_ns - self._marks[-1].time_ns >= MARK_EVERY_NS:
            self._marks.append(Mark(self.end, time_ns))
        # Small pieces are joined, so that a machine that writes byte by byte does not cost a whole object for each.
        if self._chunks and len(self._chunks[-1]) + len(data) <= JOINED_BYTES:
            self._chunks[-1] += data
        else:
            self._chunks.append(data)
        self.end += len(data)
        while self.end - self.start > self.limit_bytes:
            excess = self.end - self.start - self.limit_bytes
            first = self._chunks.popleft()
            if len(first) > excess:
                self._chunks.appendleft(first[excess:])
            self.start += min(len(first), excess)

    def skip(self, offset: int) -> None:
        """Go on at `offset`: what lies before is not to be had, and what is kept of it would not join."""
        self._chunks.clear()
        self._marks.clear()
        self.start = self.end = offset

    def since(self, offset: int, most_bytes: int | None = None) -> tuple[int, bytes]:
        """What is kept from `offset` on, and where it really starts: later than asked where that is no longer kept."""
        start = min(max(offset, self.start), self.end)
        wanted: list[bytes] = []
        position = self.end
        for chunk in reversed(self._chunks):
            if position <= start:
                break
            position -= len(chunk)
            # Those behind are not needed where only the first bytes are.
            if most_bytes is None or position < start + most_bytes:
                wanted.append(chunk[max(0, start - position) :])
        data = b"".join(reversed(wanted))
        return start, data if most_bytes is None else data[:most_bytes]

    def freeze(self) -> Transcript:
        """All that is kept."""
        offset, data = self.since(self.start)
        marks = tuple(mark for mark in self._marks if mark.offset >= offset)
        return Transcript(data, offset, marks)
