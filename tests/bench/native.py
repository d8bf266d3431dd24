"""What machine code gains: one integer loop as bytecode, as native code, as viper; and MicroPython's own benchmarks."""

from __future__ import annotations

import statistics

from tests.bench import perf
from unikernel.app import App
from unikernel.build.image import Image, build
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


MARK = "# unikernel: native\n"
SET_ROUNDS = 2
SET_SIZE = (1000, 1000)
"""Ten times as much as against Linux: an emulator must have translated the code, of which native has more, before it is
measured.
"""
SET_APP = """
import gc, sys
for name in {names}:
    module = __import__(name)
    print(name, end=" ")
    module.bm_run({size[0]}, {size[1]})
    del sys.modules[name], module
    gc.collect()
"""


def set_gain() -> tuple[float, str]:
    """How much faster MicroPython's own benchmarks are as native modules than as bytecode: the geometric mean, of the
    best of interleaved boots each; and in words, how much the emitter took.
    """
    plain, native = (_set_image(mark) for mark in ("", MARK))
    rounds: tuple[list[perf.Times], list[perf.Times]] = ([], [])
    for _ in range(SET_ROUNDS):
        for image, found in zip((plain, native), rounds, strict=True):
            run = boot(image, timeout_s=300).wait()
            assert run.status == 0, run.transcript.text[-500:]
            found.append(perf.times(run.transcript.text))
    bytecode, machine_code = map(_best, rounds)
    assert bytecode.keys() == machine_code.keys()
    left = len(native.stayed)
    return perf.gain(bytecode, machine_code), f"{len(bytecode)} modules, of which {left} stay bytecode"


def _best(rounds: list[perf.Times]) -> perf.Times:
    return {name: min(each[name] for each in rounds) for name in rounds[0]}


def _set_image(mark: str) -> Image:
    """Each benchmark a module of its own, after `mark`."""
    texts = perf.texts()
    main = SET_APP.format(names=list(texts), size=SET_SIZE)
    files = {"main.py": main, **{f"{name}.py": mark + text for name, text in texts.items()}}
    app = App({name: text.encode() for name, text in files.items()})
    return build(Stack.default("bench-native-set", app, memory_bytes=perf.MEMORY_BYTES))


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
