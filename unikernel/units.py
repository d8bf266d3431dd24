"""Sizes and durations as people write and read them: KiB and MiB of memory, KB of 1 000 bytes in files, ms and s."""

import math
import re

from unikernel.errors import Refusal

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([KMG])(?:i?B)?|B)?", re.IGNORECASE)
_SCALE = {None: 1, "K": KIB, "M": MIB, "G": GIB}


def parse_memory(text: str | int, place: str = "memory") -> int:
    """Bytes of ``"8M"``, ``"8 MiB"``, ``"512K"`` or a plain number of bytes.

    K, M and G are powers of two, as QEMU's ``-m`` counts. Raises `Refusal`, naming `place`, for anything else.
    """
    match = _SIZE.fullmatch(str(text).strip())
    if not match:
        raise Refusal(f'{place}: "{text}" is not a size; write it like 8M, 512K or 8 MiB.')
    unit = match[2].upper() if match[2] else None
    size = float(match[1]) * _SCALE[unit]
    if not size or size != int(size):
        raise Refusal(f'{place}: "{text}" is not a whole number of bytes above zero; write it like 8M.')
    return int(size)


def parse_seconds(text: str | float, place: str = "timeout") -> float:
    """Seconds of ``"3"``, ``"0.5"`` or ``"3s"``; above zero and finite. Raises `Refusal` for anything else."""
    try:
        seconds = float(str(text).strip().removesuffix("s"))
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise Refusal(f'{place}: "{text}" is not a number of seconds above zero; write it like 3 or 0.5.')
    return seconds


def memory(size: int) -> str:
    """``8 MiB``, ``1.5 MiB``, ``512 KiB``: exact where three digits suffice."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"


def exact_memory(size: int) -> str:
    """``4 MiB``, ``4100 KiB``, ``513 B``: the largest unit that loses nothing, as `parse_memory` reads it back."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"


def file_size(size: int) -> str:
    """``267 KB``, ``1.24 MB``: thousands, three digits that matter."""
    for unit, name in ((1_000_000, "MB"), (1_000, "KB")):
        if size >= unit:
            return f"{_three(size / unit)} {name}"
    return f"{size} bytes"


def duration(seconds: float) -> str:
    """``4.31 ms`` below a second, then ``2.61 s``, ``2 min 44 s``, ``3 h 12 min``, ``2 d 5 h``."""
    if seconds < 1:
        return f"{_three(seconds * 1000)} ms"
    if seconds < MINUTE:
        return f"{_three(seconds)} s"
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def _three(value: float) -> str:
    """Three digits that matter, never an exponent."""
    decimals = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{min(decimals, 3)}f}"
