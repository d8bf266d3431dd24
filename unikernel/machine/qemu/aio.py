"""Whether this host gives us io_uring: containers and careful administrators deny it."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Final

IO_URING_SETUP: Final = 425
"""The system call's number, the same on every architecture. io_uring_setup(2)."""
_PARAMETERS_BYTES: Final = 120


def choose(wanted: str) -> str:
    """``threads`` or ``io_uring``, for ``auto`` whichever works."""
    if wanted != "auto":
        return wanted
    return "io_uring" if io_uring_works() else "threads"


@cache
def io_uring_works() -> bool:
    """Whether the kernel makes a ring for us."""
    libc = ctypes.CDLL(None, use_errno=True)
    parameters = ctypes.create_string_buffer(_PARAMETERS_BYTES)
    fd = libc.syscall(ctypes.c_long(IO_URING_SETUP), ctypes.c_uint(1), parameters)
    if fd < 0:
        return False
    os.close(fd)
    return True
