"""Figures of the console: how fast Python in a machine reaches the host's reader, over virtio and by a serial port."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import Uart16550, VirtioConsole
from unikernel.machine.sync import boot
from unikernel.stack import Stack

PIECE_BYTES = 1 << 16
VIRTIO_BYTES = 64 << 20
UART_BYTES = 2 << 20
ROUNDS = 5
PATIENCE_S = 60
FLOOD = """
import sys
piece = bytes(range(256)) * {times}
sys.stdin.readline()
for _ in range({pieces}):
    sys.stdout.buffer.write(piece)
"""


def measure(scratch: Path) -> tuple[float, float]:
    """Bytes a second over virtio and by the serial port, machine by machine in turn; medians."""
    kinds = ((VirtioConsole(), VIRTIO_BYTES), (Uart16550(), UART_BYTES))
    images = []
    for console, count in kinds:
        app = App.from_text(FLOOD.format(times=PIECE_BYTES // 256, pieces=count // PIECE_BYTES))
        images.append(build(Stack(f"bench-{console.name}", app, (console,)), into=scratch))
    rounds = [[_rate(image, count) for image, (_, count) in zip(images, kinds, strict=True)] for _ in range(ROUNDS)]
    virtio, uart = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    return virtio, uart


def _rate(image: Image, count: int) -> float:
    """Of `count` bytes, from asking for them to the last one's arrival; none may be missing."""
    arrived = threading.Event()
    ended_s = 0.0

    def note(offset: int, data: bytes) -> None:
        nonlocal ended_s
        if offset + len(data) >= count:
            ended_s = time.monotonic()
            arrived.set()

    with boot(image) as machine:
        machine.console.subscribe(note, replay_from=0)
        while not machine.records.listening:
            time.sleep(0.01)
        began_s = time.monotonic()
        machine.console.send("\n")
        if not arrived.wait(PATIENCE_S):
            raise AssertionError(f"{machine.console.offset} of {count} bytes came within {PATIENCE_S} s")
        run = machine.wait(PATIENCE_S)
    assert run.transcript.total_bytes == count
    assert run.transcript.data.endswith(bytes(range(256)) * (PIECE_BYTES // 256))
    return count / (ended_s - began_s)
