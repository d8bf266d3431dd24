"""The clock of the processor."""

from dataclasses import dataclass
from typing import Final

from unikernel.devices.device import Device
from unikernel.interfaces import Clock

DRIFT_PER_MILLION: Final = 1
"""The bound: how far it goes astray from the host's clock, after its first seconds."""

WALL_LATE_S: Final = 1
"""The bound: wall time starts late by less than this, as the CMOS clock tells whole seconds."""


@dataclass(frozen=True, kw_only=True)
class TscClock(Device, Clock):
    """Monotonic time from the time-stamp counter, wall time from the CMOS clock, timers from the local APIC.

    Time is told in nanoseconds. A timer has a resolution of 1 ns, wakes no sooner than 10 µs from now, and never early;
    `asyncio` and `time.sleep_ms` count milliseconds. The counter's rate is measured, always longer: after the first
    seconds it is right to 1 in a million, 0.1 s a day, against the host's own clock. Wall time starts late by less than a
    second. A day of it is held by ``tests/devices/test_tsc_clock.py``.

    Source: Intel SDM volume 3, sections 11.5.4 (APIC timer) and 18.17 (time-stamp counter); Motorola MC146818A, 1984.
    """
