"""What machine code gains: one integer loop as bytecode, as native code, as viper."""

from __future__ import annotations

import statistics

from unikernel.app import App
from unikernel.build.image import build
from unikernel.machine.sync import boot
from unikernel.stack import Stack

ROUNDS = 5
APP = """
import micropython, time

def loop(n):
    total = 0
    for i in range(n):
        total += i & 3
    return total

@micropython.native
def native(n):
    total = 0
    for i in range(n):
        total += i & 3
    return total

@micropython.viper
def viper(n: int) -> int:
    total = 0
    for i in range(n):
        total += i & 3
    return total

for run in (loop, native, viper):
    run(1000)
    began = time.ticks_us()
    run(300000)
    print(time.ticks_diff(time.ticks_us(), began))
"""


def gains() -> tuple[float, float]:
    """How much faster native and viper are than bytecode; medians of boots."""
    image = build(Stack.default("bench-native", App.from_text(APP)))
    rows = []
    for _ in range(ROUNDS):
        run = boot(image, timeout_s=60).wait()
        assert run.status == 0, run.transcript.text
        plain, native, viper = map(int, run.transcript.text.split())
        rows.append((plain / native, plain / viper))
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows)
