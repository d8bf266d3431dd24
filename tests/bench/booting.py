"""Figures of booting: the ratio to the floor, our own part of it, the least memory, an idle machine's appetite."""

from __future__ import annotations

import os
import select
import shlex
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from unikernel import sweep
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices.network import Forward
from unikernel.errors import Refusal
from unikernel.machine.sync import boot
from unikernel.stack import Stack
from unikernel.sweep.floor import floor
from unikernel.targets import target_named
from unikernel.units import KIB

ROUNDS = 21
SERIES = 3
WARM_UP = 2
IDLE_S = 30
LINE = "the app's first line"
FLOOR_LINE = b"."


def hello() -> Image:
    """The image of the boot figures: one line, bytecode from the ROM filesystem."""
    return build(Stack.default("bench-hello", App.from_text(f'print("{LINE}")\n')))


def first_ms(command: list[str], wanted: bytes, limit_s: float = 10) -> float:
    """From spawn to the byte that completes `wanted`."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    seen = b""
    try:
        while wanted not in seen:
            if not select.select([process.stdout], [], [], limit_s)[0]:
                raise AssertionError(f"no {wanted!r} within {limit_s:g} s from {shlex.join(command)}")
            seen += os.read(process.stdout.fileno(), 65536)
        return (time.monotonic() - began) * 1000
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def commands(image: Image, forward: Iterable[Forward] = ()) -> tuple[list[str], list[str]]:
    """The stand-alone command of `image`, with those forwards, and the same with the floor as its kernel."""
    from unikernel.machine.boot import describe
    from unikernel.machine.limits import Limits
    from unikernel.machine.qemu.command import standalone_command

    ours = standalone_command(describe(image, Limits(image.manifest.memory_bytes), forward=forward))
    least = list(ours)
    least[least.index("-kernel") + 1] = str(floor(target_named(image.manifest.target)))
    return ours, least


def boot_ratio(image: Image) -> float:
    """The image's command against the floor's: the best of a few series' medians of ratios."""
    ours, least = commands(image)
    medians = []
    for _ in range(SERIES):
        ratios = []
        for number in range(WARM_UP + ROUNDS):
            base, whole = first_ms(least, FLOOR_LINE), first_ms(ours, LINE.encode())
            if number >= WARM_UP:
                ratios.append(whole / base)
        medians.append(statistics.median(ratios))
    return min(medians)


def guest_ratio(image: Image) -> float:
    """From the first instruction to the first line, by the machine's own stamps, as a part of the floor."""
    found = sweep.boots(image, ROUNDS).guest_ratio
    assert found is not None, "the machine left no stamps"
    return found


def least_memory_bytes(image: Image) -> int:
    """The least memory, to 64 KiB, in which hello ends with 0; found by boots, not by the image's word."""
    grain = 64 * KIB

    def runs(size: int) -> bool:
        try:
            return boot(image, memory_bytes=size, timeout_s=20).wait().status == 0
        except Refusal:
            return False

    return least(runs, 0, image.manifest.memory_bytes, grain)


def least(runs: Callable[[int], bool], below_bytes: int, most_bytes: int, grain: int) -> int:
    """The least memory, to `grain`, with which it runs; with `most_bytes` it does, with less than `below_bytes` not."""
    low, high = max(1, below_bytes // grain), most_bytes // grain
    while low < high:
        middle = (low + high) // 2
        if runs(middle * grain):
            high = middle
        else:
            low = middle + 1
    return low * grain


def idle_cpu() -> float:
    """Percent of one host processor that a machine takes which waits for a minute to pass."""
    app = App.from_text(
        'import asyncio\nasync def main():\n    print("waiting")\n    await asyncio.sleep(3600)\nasyncio.run(main())\n'
    )
    machine = boot(build(Stack.default("bench-idle", app)))
    try:
        machine.console.expect("waiting", timeout_s=20)
        time.sleep(1)
        before = _cpu_s(machine.pid)
        time.sleep(IDLE_S)
        return 100 * (_cpu_s(machine.pid) - before) / IDLE_S
    finally:
        machine.stop()


def _cpu_s(pid: int) -> float:
    """User and system time of a process. proc(5), /proc/pid/stat, fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
