"""How long a byte takes from its writer to one of our threads that waits: the uncertainty of a timeline."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from functools import cache

SAMPLES = 21
PAUSE_S = 0.001
"""Between two bytes, so that the reader sleeps as it does while a machine boots."""


@cache
def byte_way_ms() -> float:
    """The median of a few bytes sent through a socket pair, in ms; measured once a process, in some 30 ms."""
    ours, theirs = socket.socketpair()
    arrived: list[int] = []

    def read() -> None:
        for _ in range(SAMPLES):
            ours.recv(1)
            arrived.append(time.monotonic_ns())

    with ours, theirs:
        reader = threading.Thread(target=read)
        reader.start()
        sent = []
        for _ in range(SAMPLES):
            time.sleep(PAUSE_S)
            sent.append(time.monotonic_ns())
            theirs.send(b".")
        reader.join()
    return statistics.median(there - here for here, there in zip(sent, arrived, strict=True)) / 1e6
