"""The clock of the processor."""

from dataclasses import dataclass

from unikernel.devices.device import Device
from unikernel.interfaces import Clock


@dataclass(frozen=True, kw_only=True)
class TscClock(Device, Clock):
    """Monotonic time from the time-stamp counter, wall time from the CMOS clock, timers from the local APIC.

    Source: Intel SDM volume 3, sections 11.5.4 (APIC timer) and 18.17 (time-stamp counter); Motorola MC146818A, 1984.
    """
