"""What stays of a console in the saved notebook."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unikernel.notebook.ansi import SEQUENCE, colour_text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"\x1b[32mgreen\x1b[0m plain", "\x1b[32mgreen\x1b[0m plain"),
        (b"10 %\r20 %\r100 %\r\n", "100 %\n"),
        (b">>> pritn\b\b\x1b[Knt(1)", ">>> print(1)"),
        (b"abc\x1b[2D\x1b[P", "ac"),
        (b"\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "textlink"),
        (b"\x1b]52;c;YQ==", ""),
        (b"\x1b[2J\x1b[Hafter", "after"),
        (b"a\tb", "a       b"),
        (b"\xff\x00\x07", "�"),
        (b"\x1b[1m\x1b[31mboth\x1b[m", "\x1b[1;31mboth\x1b[0m"),
        (b"\x1b[99999999999Cfar", "\x20far"),
        (b"<b>&amp;", "<b>&amp;"),
    ],
)
def test_shown(written: bytes, shown: str) -> None:
    assert colour_text(written) == shown


@given(st.binary(max_size=300))
def test_whatever_is_written_nothing_but_text_and_colours_stays(written: bytes) -> None:
    left = [match for match in SEQUENCE.finditer(colour_text(written)) if match.group() != "\n"]
    assert all(match["final"] == "m" for match in left)
