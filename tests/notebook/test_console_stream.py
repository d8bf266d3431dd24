"""The console's way to the browser, with views that are played: nothing lost, nothing twice, nobody held up."""

from __future__ import annotations

import asyncio
from typing import Any

from unikernel.notebook.console_stream import PIECE_BYTES, WINDOW_BYTES, ConsoleStream, follow


class Post:
    """Keeps the messages."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, Any], bytes]] = []

    def __call__(self, message: dict[str, Any], buffers: list[bytes]) -> None:
        self.messages.append((message, b"".join(buffers)))

    def pieces(self, view: str = "v") -> list[tuple[int, int, bytes]]:
        return [(m["offset"], m["lost"], data) for m, data in self.messages if m.get("view") == view]

    def data(self, view: str = "v") -> bytes:
        return b"".join(data for _, _, data in self.pieces(view))


def opened(kept_bytes: int = 1 << 20) -> tuple[ConsoleStream, Post]:
    post = Post()
    return ConsoleStream(asyncio.get_running_loop(), post, kept_bytes), post


def ready(stream: ConsoleStream, next_offset: int = 0, view: str = "v") -> None:
    stream.hear({"kind": "ready", "view": view, "next": next_offset})


async def test_without_a_view_nothing_is_sent_and_nothing_waits() -> None:
    stream, post = opened()
    for _ in range(1000):
        stream.feed(b"x" * 1000)
    await asyncio.sleep(0.05)
    assert post.messages == []


async def test_small_writes_travel_together() -> None:
    stream, post = opened()
    ready(stream)
    for _ in range(6000):
        stream.feed(b"line\n")
    while stream.flush():
        pass
    assert post.data() == b"line\n" * 6000
    assert len(post.pieces()) == 1
    stream.close()


async def test_a_view_gets_no_more_than_it_takes() -> None:
    stream, post = opened()
    ready(stream)
    stream.feed(b"x" * (WINDOW_BYTES + 2 * PIECE_BYTES))
    while stream.flush():
        pass
    assert len(post.data()) == WINDOW_BYTES
    stream.hear({"kind": "ack", "view": "v", "next": PIECE_BYTES})
    while stream.flush():
        pass
    assert len(post.data()) == WINDOW_BYTES + PIECE_BYTES
    stream.close()


async def test_a_late_view_is_shown_what_was_and_the_first_one_is_not_disturbed() -> None:
    stream, post = opened()
    ready(stream)
    stream.feed(b"hello")
    stream.flush()
    ready(stream, view="w")
    stream.feed(b" world")
    stream.flush()
    assert post.pieces("v") == [(0, 0, b"hello"), (5, 0, b" world")]
    assert post.pieces("w") == [(0, 0, b"hello world")]
    stream.close()


async def test_what_is_no_longer_kept_is_told() -> None:
    stream, post = opened(kept_bytes=10)
    stream.feed(b"a" * 30)
    ready(stream)
    stream.flush()
    assert post.pieces() == [(20, 20, b"a" * 10)]
    stream.close()


async def test_a_slow_view_loses_the_oldest_and_is_told() -> None:
    stream, post = opened(kept_bytes=WINDOW_BYTES)
    ready(stream)
    stream.feed(b"x" * WINDOW_BYTES)
    while stream.flush():
        pass
    stream.feed(b"y" * 2 * WINDOW_BYTES)
    stream.hear({"kind": "ack", "view": "v", "next": WINDOW_BYTES})
    stream.flush()
    assert post.pieces()[-1] == (2 * WINDOW_BYTES, WINDOW_BYTES, b"y" * PIECE_BYTES)
    stream.close()


async def test_a_view_that_asks_again_gets_it_again() -> None:
    stream, post = opened()
    ready(stream)
    stream.feed(b"hello")
    stream.flush()
    ready(stream, 2)
    stream.flush()
    assert post.pieces()[-1] == (2, 0, b"llo")
    stream.close()


async def test_nonsense_from_a_page_is_ignored() -> None:
    stream, post = opened()
    for message in ({}, {"kind": "ready"}, {"kind": "ready", "view": 3}, {"kind": "ack", "view": "v", "next": "1"}):
        stream.hear(message)
    ready(stream, -5)
    ready(stream, 10**9, "w")
    stream.feed(b"x")
    stream.hear({"kind": "ack", "view": "v", "next": 10**9})
    stream.flush()
    assert post.data("w") == b"x"
    stream.close()


async def test_a_console_that_forgot_bytes_says_so() -> None:
    stream, post = opened()
    heard = follow(stream)
    heard(100, b"later")
    ready(stream)
    stream.flush()
    assert post.pieces() == [(100, 100, b"later")]
    stream.close()
