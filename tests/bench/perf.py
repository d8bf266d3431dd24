"""MicroPython's own benchmarks, ours against Linux with the same version: the geometric mean of how much faster."""

from __future__ import annotations

import math
import re
import statistics
from dataclasses import dataclass

from tests.bench.linux import LinuxGuest
from unikernel.app import App
from unikernel.build import sources
from unikernel.build.image import build
from unikernel.build.runtime import SOURCE
from unikernel.build.step import silent
from unikernel.machine.sync import boot
from unikernel.stack import Stack
from unikernel.units import MIB

TARGET = "x86_64-q35"
MEMORY_BYTES = 64 * MIB
SIZE = (100, 100)
"""Upstream's N (MHz of the processor) and M (KB of its memory), which choose how much each benchmark does."""
ROUNDS = 3
LEFT_OUT = {"core_import_mpy_multi", "core_import_mpy_single"}
"""They write files and mount them; what they time is a loader that images do not use."""

RUNNER = """
import gc
for name, source in tests:
    space = {{"__name__": name}}
    exec(source, space)
    gc.collect()
    print(name, end=" ")
    space["bm_run"]({size[0]}, {size[1]})
"""
Times = dict[str, float]
_LINE = re.compile(r"^(\w+) (\d+) \d+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Compared:
    """Microseconds of each benchmark, medians of interleaved rounds."""

    ours: Times
    linux: Times

    @property
    def ratio(self) -> float:
        """How much faster ours are; more than 1 is faster."""
        return gain(self.linux, self.ours)


def gain(before: Times, after: Times) -> float:
    """The geometric mean of how much faster each benchmark is after."""
    return math.exp(statistics.mean(math.log(before[name] / after[name]) for name in before))


def measure(linux: LinuxGuest) -> Compared:
    """Both run the same text, one boot a round."""
    script = _script()
    stack = Stack.default("bench-perf", App.from_text(script), target=TARGET, memory_bytes=MEMORY_BYTES)
    image = build(stack)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        run = boot(image, timeout_s=300).wait()
        assert run.status == 0, run.transcript.text[-500:]
        ours.append(times(run.transcript.text))
        theirs.append(times(linux.run(script, timeout_s=300)))
        assert ours[-1].keys() == theirs[-1].keys()
    return Compared(medians(ours), medians(theirs))


def _script() -> str:
    """All benchmarks as texts in one script, which runs each in a space of its own."""
    return f"tests = {list(texts().items())!r}\n" + RUNNER.format(size=SIZE)


def texts() -> dict[str, str]:
    """Each benchmark, with what runs it, by name."""
    folder = sources.tree(SOURCE, silent).path / "tests" / "perf_bench"
    common = (folder / "benchrun.py").read_text()
    return {
        path.stem: path.read_text() + common
        for path in sorted(folder.glob("*.py"))
        if path.stem.startswith(("bm_", "core_", "misc_")) and path.stem not in LEFT_OUT
    }


def times(text: str) -> Times:
    """What a run printed."""
    found = {name: float(time) for name, time, _ in _LINE.findall(text)}
    assert len(found) > 10, text[-500:]
    return found


def medians(rounds: list[Times]) -> Times:
    """The median of each benchmark."""
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
