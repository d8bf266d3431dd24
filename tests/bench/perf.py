"""MicroPython's own benchmarks, ours against Linux with the same version: the geometric mean of how much faster."""

from __future__ import annotations

import math
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

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
_LINE = re.compile(r"^(\w+) (\d+) \d+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Compared:
    """Microseconds of each benchmark, medians of interleaved rounds."""

    ours: dict[str, float]
    linux: dict[str, float]

    @property
    def ratio(self) -> float:
        """How much faster ours are; more than 1 is faster."""
        return math.exp(statistics.mean(math.log(self.linux[name] / self.ours[name]) for name in self.ours))


def measure(linux: LinuxGuest) -> Compared:
    """Both run the same text, one boot a round."""
    script = _script(sources.tree(SOURCE, silent).path / "tests" / "perf_bench")
    stack = Stack.default("bench-perf", App.from_text(script), target=TARGET, memory_bytes=MEMORY_BYTES)
    image = build(stack)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        run = boot(image, timeout_s=300).wait()
        assert run.status == 0, run.transcript.text[-500:]
        ours.append(_times(run.transcript.text))
        theirs.append(_times(linux.run(script, timeout_s=300)))
        assert ours[-1].keys() == theirs[-1].keys()
    return Compared(_medians(ours), _medians(theirs))


def _script(folder: Path) -> str:
    """All benchmarks as texts in one script, which runs each in a space of its own."""
    common = (folder / "benchrun.py").read_text()
    names = sorted(
        path.stem
        for path in folder.glob("*.py")
        if path.stem.startswith(("bm_", "core_", "misc_")) and path.stem not in LEFT_OUT
    )
    tests = [(name, (folder / f"{name}.py").read_text() + common) for name in names]
    return f"tests = {tests!r}\n" + RUNNER.format(size=SIZE)


def _times(text: str) -> dict[str, float]:
    found = {name: float(time) for name, time, _ in _LINE.findall(text)}
    assert len(found) > 10, text[-500:]
    return found


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
