"""A day in the machine: nothing drifts beyond what the clock's page says, and every wake-up comes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import RawIo
from unikernel.devices.tsc_clock import DRIFT_PER_MILLION, WALL_LATE_S
from unikernel.machine.boot import describe
from unikernel.machine.limits import Limits
from unikernel.machine.qemu.command import standalone_command
from unikernel.stack import Stack

PATIENCE_S = 120
DAY_S = 86400
TICK_NS = 1_000_000
"""What asyncio counts in."""
BEGAN_S = 1767225599
"""2025-12-31 23:59:59: the day begins with a carry through all fields."""
RTC = ("-rtc", "base=2025-12-31T23:59:59,clock=vm")
"""The CMOS clock follows the time that instructions make, and that a halted machine skips."""
CMOS = """
import asyncio, json, time, unikernel
io = unikernel.device("rawio")
def at(register):
    io.write8(0x70, register)
    value = io.read8(0x71)
    return (value >> 4) * 10 + (value & 15)
"""
DAY = """
def cmos():
    def fields():
        return tuple(at(register) for register in (7, 4, 2, 0))
    before = fields()
    while fields() == before:
        time.sleep_us(50)
    return fields(), time.ticks_us(), time.time_ns()
wakes = {}
async def every(period_s):
    late_ns = wakes[period_s] = []
    start_ns = time.time_ns()
    for number in range(1, DAY_S // period_s + 1):
        due_ns = start_ns + number * period_s * 10**9
        await asyncio.sleep((due_ns - time.time_ns()) / 10**9)
        late_ns.append(time.time_ns() - due_ns)
async def day():
    await asyncio.gather(every(60), every(3600))
start = cmos()
asyncio.run(day())
end = cmos()
looks = {str(period): (len(late), min(late), max(late)) for period, late in wakes.items()}
print(json.dumps({"start": start, "end": end, "wakes": looks}))
"""
BUSY_S = 10
"""More than twice what the timer counts before it begins anew: 4.29 s."""
COARSE = 7
"""Each instruction takes 128 ns, where the machine shall be busy for long and the test not."""
LOOK_US = 10_000
"""More than a look at the CMOS clock takes then."""
BUSY = """
def spin(seconds):
    for _ in range(seconds):
        before = at(0)
        while at(0) == before:
            pass
spin(UNSEEN_S)
start = time.ticks_us()
spin(BUSY_S)
print(json.dumps(time.ticks_us() - start))
"""


def said(app: str, shift: int, folder: Path) -> Any:
    """What an app says in its last line, on a machine of which an instruction takes 2^`shift` ns."""
    image = build(Stack.default("clock", App.from_text(CMOS + app)).add(RawIo()), into=folder)
    command = standalone_command(describe(image, Limits(image.manifest.memory_bytes)))
    command[command.index("-accel") + 1] = "tcg"
    command += ["-icount", f"shift={shift},sleep=off,align=off", *RTC]
    run = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S)
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    result: dict[str, Any] = said(DAY.replace("DAY_S", str(DAY_S)), 0, tmp_path_factory.mktemp("day"))
    return result


def seconds(fields: list[int]) -> int:
    """Of the month, by the CMOS clock; the day before its first is its day 0."""
    day, hours, minutes, rest = fields
    return ((day % 31 * 24 + hours) * 60 + minutes) * 60 + rest


def test_a_day_is_a_day_by_the_cmos_clock(day: dict[str, Any]) -> None:
    (began, ticks_us, wall_ns), (ended, last_ticks_us, last_wall_ns) = day["start"], day["end"]
    passed_us = (seconds(ended) - seconds(began)) * 10**6
    assert passed_us >= DAY_S * 10**6
    bound_us = passed_us * DRIFT_PER_MILLION / 10**6
    assert abs(last_ticks_us - ticks_us - passed_us) < bound_us
    assert abs((last_wall_ns - wall_ns) / 1000 - passed_us) < bound_us


def test_the_wall_is_late_by_less_than_a_second(day: dict[str, Any]) -> None:
    _, _, wall_ns = day["start"]  # the CMOS clock's first tick
    assert -TICK_NS < (BEGAN_S + 1) * 10**9 - wall_ns < WALL_LATE_S * 10**9


def test_no_wake_is_missed_or_early(day: dict[str, Any]) -> None:
    for period_s, (count, earliest_ns, latest_ns) in day["wakes"].items():
        assert count == DAY_S // int(period_s)
        assert earliest_ns > -2 * TICK_NS  # both the length of a sleep and where it starts are cut
        assert latest_ns < TICK_NS


@pytest.mark.parametrize("unseen_s", [1, 6])
def test_time_goes_on_in_an_app_that_never_rests(tmp_path: Path, unseen_s: int) -> None:
    """Neither by a sleep nor by a wait for its console: nobody sets the timer, which begins anew by itself, also before
    the app first asks for the time.
    """
    app = BUSY.replace("UNSEEN_S", str(unseen_s)).replace("BUSY_S", str(BUSY_S))
    passed_us = said(app, COARSE, tmp_path)
    assert abs(passed_us - BUSY_S * 10**6) < LOOK_US
