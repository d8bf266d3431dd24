"""Sizes and durations: read leniently, written one way."""

import pytest

from unikernel.errors import Refusal
from unikernel.units import duration, file_size, memory, parse_memory, parse_seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8M", 8 << 20),
        ("8 MiB", 8 << 20),
        ("512K", 512 << 10),
        ("1.5m", 3 << 19),
        ("4096", 4096),
        (4096, 4096),
        ("1g", 1 << 30),
    ],
)
def test_memory_is_read(text: str | int, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "M", "8X", "-8M", "0", "nan", "8 M M", "0.3"])
def test_what_is_no_memory_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="^--memory: "):
        parse_memory(text, "--memory")


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "inf", "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="^--timeout: "):
        parse_seconds(text, "--timeout")


def test_figures_have_three_digits_and_their_unit() -> None:
    assert [memory(n) for n in (8 << 20, 3 << 19, 512 << 10, 100)] == ["8 MiB", "1.5 MiB", "512 KiB", "100 bytes"]
    assert [file_size(n) for n in (999, 267_000, 1_240_000)] == ["999 bytes", "267 KB", "1.24 MB"]
    assert [duration(s) for s in (0.00431, 0.03, 2.611, 164)] == ["4.31 ms", "30.0 ms", "2.61 s", "2 min 44 s"]
    assert [duration(s) for s in (3599.4, 3600, 86399, 191000)] == [
        "59 min 59 s",
        "1 h 0 min",
        "23 h 59 min",
        "2 d 5 h",
    ]
