"""The ring and the transcript, against a plain string of bytes."""

from hypothesis import given
from hypothesis import strategies as st

from unikernel.machine.expect import Matcher
from unikernel.machine.transcript import Ring, Transcript


@given(st.lists(st.binary(min_size=1, max_size=60)), st.integers(1, 100), st.integers(0, 400))
def test_the_ring_keeps_exactly_the_newest(pieces: list[bytes], limit: int, offset: int) -> None:
    ring = Ring(limit)
    for number, piece in enumerate(pieces):
        ring.append(piece, number)
    whole = b"".join(pieces)
    kept = ring.freeze()
    assert kept.data == whole[-limit:]
    assert kept.offset == len(whole) - len(kept.data)
    assert kept.total_bytes == len(whole)
    start, data = ring.since(offset)
    assert start == min(max(offset, kept.offset), len(whole))
    assert data == whole[start:]


def test_marks_say_when_a_byte_arrived() -> None:
    ring = Ring()
    ring.append(b"ab", 5)
    ring.append(b"c", 10)
    ring.append(b"d", 5_000_000)
    assert [(mark.offset, mark.time_ns) for mark in ring.freeze().marks] == [(0, 5), (3, 5_000_000)]


def test_a_transcript_is_text_with_its_cut_noted() -> None:
    assert Transcript(b"a\r\nb\xff").text == "a\nb\N{REPLACEMENT CHARACTER}"
    assert Transcript(b"b", 9).text == "[9 bytes before this were not kept]\nb"
    assert "b" in Transcript(b"abc")


@given(st.lists(st.binary(max_size=300)))
def test_a_match_is_found_however_the_stream_is_cut(pieces: list[bytes]) -> None:
    stream = [piece.replace(b"#", b"") for piece in pieces] + [b"x" * 500, b"#4", b"2;", b"rest"]
    matcher = Matcher(rb"#(\d+);", window_bytes=64)
    match = None
    for number, piece in enumerate(stream):
        match = matcher.feed(piece)
        if match:
            assert number == len(stream) - 2
            break
    assert match
    assert match[1] == b"42"
    assert matcher.left_over == 0


def test_what_lies_behind_a_match_is_left_over() -> None:
    matcher = Matcher("b+", window_bytes=8)
    assert matcher.feed(b"a" * 100 + b"bb" + b"c" * 50)
    assert matcher.left_over == 50
