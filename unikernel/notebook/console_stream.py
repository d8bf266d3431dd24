"""A console's way to the browser: few large pieces with offsets, at the pace of each view, none lost without a word.

jupyter_server drops messages beyond 1 000 a second silently, so pieces are gathered for a frame's time. Each view has
a place of its own in the stream: it says which byte it wants next, and gets at most `WINDOW_BYTES` more than it has
acknowledged. Who never announced itself gets nothing and holds nothing up, so the same code runs with no browser at
all. The other half is ``extension/src/intake.ts`` and ``extension/src/console.ts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

PIECE_BYTES: Final = 64 * 1024
WINDOW_BYTES: Final = 256 * 1024
KEPT_BYTES: Final = 512 * 1024
"""What a view that comes later is shown; the machine's own transcript keeps more."""

GATHER_S: Final = 0.002
"""A first byte waits this long for those that follow it."""
FRAME_S: Final = 0.016
FLOWING_FRAME_S: Final = 0.04
FLOWING_BYTES: Final = 1024
"""More than this in a frame is read, not typed with: then frames are longer, as each message costs all who pass it on."""
FLOOD_FRAME_S: Final = 0.08
FLOOD_BYTES: Final = 8 * 1024
"""More than this in a frame nobody reads."""
BEAT_S: Final = 1.0
SEND_AGAIN_S: Final = 2.0
FORGET_S: Final = 30.0
LINGER_S: Final = 10.0
"""After the machine's end, how long views are looked after; what was lost on its way is sent again meanwhile."""


class Send(Protocol):
    """Puts one message on its way to all views."""

    def __call__(self, message: dict[str, Any], buffers: list[bytes]) -> object:
        """Return soon; called on the loop's thread."""


@dataclass
class View:
    """A terminal in some browser."""

    acknowledged: int
    sent: int
    moved_s: float
    """When it last took something, or had nothing to take."""
    heard_s: float


class ConsoleStream:
    """Keeps the newest bytes and brings them to the views. Everything here runs on the thread of `loop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send, kept_bytes: int = KEPT_BYTES) -> None:
        """Sends nothing until a view is ready."""
        self.typed = 0
        """How many bytes were typed; told to the views."""
        self.views: dict[str, View] = {}
        self._loop = loop
        self._send = send
        self._kept_bytes = kept_bytes
        self._kept = bytearray()
        self._start = 0
        self._flushed_s = 0.0
        self._frame_s = FRAME_S
        self._flush: asyncio.TimerHandle | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._closed = False
        self._ends_s: float | None = None

    @property
    def end(self) -> int:
        """Offset after the last byte."""
        return self._start + len(self._kept)

    def feed(self, data: bytes) -> None:
        """What the machine wrote."""
        self._kept += data
        # Cut seldom, as each cut moves the whole.
        if len(self._kept) > 2 * self._kept_bytes:
            self.skip(0)
        self._flush_soon()

    def skip(self, count: int) -> None:
        """Note that `count` bytes came and are not to be had; the oldest of the kept are given up as well."""
        excess = len(self._kept) if count else max(0, len(self._kept) - self._kept_bytes)
        del self._kept[:excess]
        self._start += excess + count

    def hear(self, message: dict[str, Any]) -> None:
        """A view's ``ready``, ``ack`` or ``gone``; what is malformed is ignored, as it comes from a page."""
        name, next_offset = message.get("view"), message.get("next", 0)
        if not isinstance(name, str) or not isinstance(next_offset, int) or self._closed:
            return
        kind, now = message.get("kind"), self._loop.time()
        if kind == "gone":
            self.views.pop(name, None)
        elif kind == "ready":
            offset = min(max(0, next_offset), self.end)
            self.views[name] = View(offset, offset, now, now)
            self._flush_soon()
            if self._beat is None:
                self._beat_now()
        elif kind == "ack" and name in self.views:
            view = self.views[name]
            view.heard_s = now
            if next_offset > view.acknowledged:
                view.acknowledged, view.moved_s = min(next_offset, self.end), now
                view.sent = max(view.sent, view.acknowledged)
            self._flush_soon()

    def finish(self) -> None:
        """Nothing more will be fed."""
        self._ends_s = self._loop.time() + LINGER_S

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        for timer in (self._flush, self._beat):
            if timer:
                timer.cancel()

    def flush(self) -> bool:
        """Send each view its next piece; whether any went."""
        self._flush = None
        self._flushed_s = self._loop.time()
        most = max([self._send_piece(name, view) for name, view in self.views.items()], default=0)
        self._frame_s = _frame_s(most)
        if most:
            self._flush_soon()
        return most > 0

    def _send_piece(self, name: str, view: View) -> int:
        """How many bytes went, at least 1 if anything did."""
        room = view.acknowledged + WINDOW_BYTES - view.sent
        oldest = max(self._start, self.end - self._kept_bytes)
        offset = max(view.sent, oldest)
        lost = offset - view.sent
        piece = bytes(self._kept[offset - self._start : offset - self._start + min(room, PIECE_BYTES)])
        if room <= 0 or (not piece and not lost):
            return 0
        if view.sent == view.acknowledged:
            view.moved_s = self._flushed_s
        # Lost bytes count as had, or they would fill the window for ever.
        view.acknowledged += lost
        view.sent = offset + len(piece)
        self._send({"kind": "out", "view": name, "offset": offset, "lost": lost}, [piece])
        return len(piece) or 1

    def _flush_soon(self) -> None:
        if self._flush is None and self.views and not self._closed:
            now = self._loop.time()
            self._flush = self._loop.call_at(max(now + GATHER_S, self._flushed_s + self._frame_s), self.flush)

    def _beat_now(self) -> None:
        """Tell the views that we live and how far the machine is, and look after those that are silent."""
        now = self._loop.time()
        for name, view in list(self.views.items()):
            if view.sent == view.acknowledged:
                view.moved_s = now
            elif now - view.heard_s > FORGET_S:
                # A closed page says nothing. One that is only slow hears the beat and asks again.
                del self.views[name]
            elif now - view.moved_s > SEND_AGAIN_S:
                view.sent, view.moved_s = view.acknowledged, now
                self._flush_soon()
        self._send({"kind": "beat", "end": self.end, "typed": self.typed}, [])
        over = self._ends_s is not None and now > self._ends_s
        self._beat = None if over else self._loop.call_later(BEAT_S, self._beat_now)


def _frame_s(sent_bytes: int) -> float:
    """How long the next frame should be; after a full piece more waits already, and goes soon."""
    if sent_bytes <= FLOWING_BYTES or sent_bytes >= PIECE_BYTES:
        return FRAME_S
    return FLOWING_FRAME_S if sent_bytes <= FLOOD_BYTES else FLOOD_FRAME_S


def follow(stream: ConsoleStream) -> Callable[[int, bytes], None]:
    """A console's subscriber that feeds `stream`; bytes that the console no longer has are noted as skipped."""
    expected = 0

    def heard(offset: int, data: bytes) -> None:
        nonlocal expected
        if offset > expected:
            stream.skip(offset - expected)
        expected = offset + len(data)
        stream.feed(data)

    return heard
