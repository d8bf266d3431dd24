"""A clock for tests."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Clock

MOST_S = 1 << 32
"""The year 2106."""


@dataclass(frozen=True, kw_only=True)
class MockClock(Device, Clock):
    """A clock for tests: it stands until the app sleeps, which takes no time, or calls ``advance(seconds)``.

    ``unikernel.device("mockclock").advance(3600)``: monotonic and wall time are an hour later, and what was due in it
    is due. An app that sleeps for a day, by `time` or `asyncio`, has slept at once. What a driver waits for comes as
    ever. The timeline of a boot has no times, as nothing measures them.
    """

    kind: ClassVar[str] = "runtime"
    source: ClassVar[str] = "micropython/mock_clock.c"
    hardware: ClassVar[str] = "the time of tests"

    start_s: int = parameter(0, "wall time at the machine's start, since 1970 UTC", unit="s", least=0, most=MOST_S)
