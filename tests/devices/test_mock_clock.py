"""A clock that moves only where the app says so, or sleeps; and no sleep takes any time."""

from __future__ import annotations

from pathlib import Path

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import OPEN, MockClock, Rdrand, RomFiles, Uart16550
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 20
WALL_S = 1767225600
"""2026-01-01."""
STANDS = """
import time, unikernel
clock = unikernel.device("mockclock")
def look():
    return time.ticks_us(), time.time_ns()
before = look()
for _ in range(100000):
    pass
print(look() == before, *before)
clock.advance(1.5)
print(*look())
clock.advance(86400)
print(*look())
for wrong in (-1, 1e10, float("nan")):
    try:
        clock.advance(wrong)
    except ValueError as error:
        print(error)
print(*look())
"""
SLEEPS = """
import asyncio, time
time.sleep(3600)
print(time.ticks_ms())
async def every(name, period_s, count):
    for _ in range(count):
        await asyncio.sleep(period_s)
        print(name, time.ticks_ms() // 1000, end="  ")
async def day():
    await asyncio.gather(every("a", 3, 3), every("b", 4, 2))
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 86400)
    except asyncio.TimeoutError:
        print("late", time.ticks_ms() // 1000)
asyncio.run(day())
"""
TYPED = """
import sys, time
print("who?")
print("hello", sys.stdin.readline().strip(), time.ticks_ms())
"""


def stack(app: str, clock: MockClock) -> Stack:
    return Stack("mock", App.from_text(app), (Uart16550(), clock, Rdrand(), RomFiles()))


async def said(app: str, clock: MockClock, folder: Path) -> list[str]:
    run = await (await boot(build(stack(app, clock), into=folder), timeout_s=PATIENCE_S)).wait()
    assert run.status == 0, run.transcript.text
    return run.transcript.text.splitlines()


async def test_it_stands_until_it_is_advanced(tmp_path: Path) -> None:
    assert await said(STANDS, MockClock(start_s=WALL_S), tmp_path) == [
        f"True 0 {WALL_S}000000000",
        f"1500000 {WALL_S + 1}500000000",
        f"86401500000 {WALL_S + 86401}500000000",
        *(["a clock is advanced by 0 to 1000000000 seconds"] * 3),
        f"86401500000 {WALL_S + 86401}500000000",
    ]


async def test_a_sleep_ends_at_once_where_it_should(tmp_path: Path) -> None:
    assert await said(SLEEPS, MockClock(), tmp_path) == [
        "3600000",
        "a 3603  b 3604  a 3606  b 3608  a 3609  late 90009",
    ]


async def test_the_boot_says_when_it_starts(tmp_path: Path) -> None:
    image = build(stack("import time\nprint(time.time_ns())\n", MockClock(start_s=OPEN)), into=tmp_path)
    run = await (await boot(image, timeout_s=PATIENCE_S, parameters={"mockclock.start_s": WALL_S})).wait()
    assert run.transcript.text == f"{WALL_S}000000000\n"


async def test_input_is_waited_for_in_real_time(tmp_path: Path) -> None:
    machine = await boot(build(stack(TYPED, MockClock()), into=tmp_path), timeout_s=PATIENCE_S)
    await machine.console.expect("who")
    await machine.console.send("you\n")
    run = await machine.wait()
    assert "hello you 0" in run.transcript.text
