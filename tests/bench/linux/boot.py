"""Linux's boot and memory beside ours: the same app, in one series with the floor."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass

from tests.bench import booting
from tests.bench.linux.guest import LinuxGuest
from unikernel.build.image import Image
from unikernel.units import KIB

ROUNDS = 5
WARM_UP = 1
LONGEST_BOOT_S = 30.0

MEMORY = """
mount("proc", "/proc")
print(open("/proc/meminfo").read())
"""


@dataclass(frozen=True)
class Boots:
    """Times of each guest in ms, from spawn to its first line, in the order of the rounds."""

    floor: tuple[float, ...]
    ours: tuple[float, ...]
    linux: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Linux, as so many times the floor: the median of the rounds' ratios."""
        return statistics.median(linux / floor for linux, floor in zip(self.linux, self.floor, strict=True))

    @property
    def our_ratio(self) -> float:
        """Our image, as so many times the floor, in the same rounds."""
        return statistics.median(ours / floor for ours, floor in zip(self.ours, self.floor, strict=True))


def boots(image: Image, guest: LinuxGuest) -> Boots:
    """Boots the floor, `image` and Linux in turn, each ended at its first line; Linux runs the line that `image` does."""
    ours, floor = booting.commands(image)
    line = booting.LINE.encode()
    with guest.command(f'print("{booting.LINE}")\n') as linux:
        rounds = [
            (
                booting.first_ms(floor, booting.FLOOR_LINE),
                booting.first_ms(ours, line),
                booting.first_ms(linux, line, LONGEST_BOOT_S),
            )
            for _ in range(WARM_UP + ROUNDS)
        ]
    floor_ms, our_ms, linux_ms = zip(*rounds[WARM_UP:], strict=True)
    return Boots(floor_ms, our_ms, linux_ms)


def memory_bytes(guest: LinuxGuest) -> int:
    """What Linux and MicroPython take of the memory given: all but what Linux says an app could still have."""
    return guest.memory_bytes - KIB * meminfo_kib(guest.run(MEMORY), "MemAvailable")


def meminfo_kib(text: str, name: str) -> int:
    """A line of /proc/meminfo. proc(5): its kB are KiB."""
    match = re.search(rf"^{name}: +(\d+) kB$", text, re.MULTILINE)
    assert match, f"no {name} in {text!r}"
    return int(match[1])
