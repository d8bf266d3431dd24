"""From spawn to the first answer over HTTP, each system on the machine type that it starts soonest on."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import time
from collections.abc import Sequence

from tests.bench import booting
from tests.bench.linux import LinuxGuest
from tests.bench.linux.service import plugged
from tests.bench.network import service
from tests.bench.network.apps import READY
from tests.bench.network.figures import Figures
from tests.bench.network.guests import free, python_of
from unikernel.build.image import build
from unikernel.devices.network import LOOPBACK, Forward

ROUNDS = 9
LINUX_ROUNDS = 2
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
ANSWER = b"Hello, world!"
PATIENCE_S = 30.0


def measure(figures: Figures, linux: LinuxGuest) -> None:
    """first_answer and linux_first_answer, as so many times the floor."""
    of = service.web()
    port = free(of.ports)["80"]
    forwards = (Forward(port, 80),)
    ours, floor = booting.commands(build(of.stack(service.MICROVM)), forwards)
    floors, answers = [], []
    for number in range(booting.WARM_UP + ROUNDS):
        base, whole = booting.first_ms(floor, booting.FLOOR_LINE), answer_ms(ours, port)
        if number >= booting.WARM_UP:
            floors.append(base)
            answers.append(whole)
    with plugged(linux, forwards).command(of.source, files=python_of(of)) as command:
        theirs = [answer_ms(command, port) for _ in range(LINUX_ROUNDS)]
    base = statistics.median(floors)
    ratios = [answer / floor_ms for answer, floor_ms in zip(answers, floors, strict=True)]
    words = f"{statistics.median(answers):.0f} and {base:.0f} ms, × {min(ratios):.2f} to {max(ratios):.2f}"
    figures.add("first_answer", statistics.median(ratios), words)
    figures.add("linux_first_answer", min(theirs) / base, f"{min(theirs):.0f} ms")


def answer_ms(command: Sequence[str], port: int) -> float:
    """From spawn to the answer's last byte. The client connects when the app says that it serves, as QEMU takes a
    connection long before, and offers it to the machine again only after seconds.
    """
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        seen = b""
        while READY.encode() not in seen:
            data = os.read(process.stdout.fileno(), 4096)
            assert data, f"the machine ended and never served: {seen[-500:]!r}"
            seen += data
        with socket.create_connection((LOOPBACK, port), PATIENCE_S) as opened:
            opened.sendall(REQUEST)
            answer = b""
            while data := opened.recv(4096):
                answer += data
        assert answer.endswith(ANSWER), answer
        return (time.monotonic() - began) * 1000
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
