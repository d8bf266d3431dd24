"""Boots of an image and of the floor in turn, on the same command; only ratios of one series count."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from unikernel.build import Image
from unikernel.errors import VmmError
from unikernel.machine.boot import boot, describe
from unikernel.machine.channel_console import ChannelConsole
from unikernel.machine.limits import Limits
from unikernel.machine.loop import core
from unikernel.machine.qemu.session import Qemu
from unikernel.machine.vmm import Hardware
from unikernel.measure.boot import BootTimeline, boot_timeline
from unikernel.sweep.floor import floor
from unikernel.table import Card, Column, Shown, Table
from unikernel.targets import target_named

WARM_UP = 1
"""Rounds that are not counted: the first brings files into the page cache."""

LONGEST_BOOT_S = 20.0


@dataclass(frozen=True)
class Series:
    """Times of one guest in ms, from spawn to its first line, in the order of the rounds."""

    name: str
    text: str
    ms: tuple[float, ...]

    @cached_property
    def median(self) -> float:
        """The median, in ms."""
        return statistics.median(self.ms)

    @cached_property
    def quartiles(self) -> tuple[float, float]:
        """Between them lies half of the boots; in ms."""
        if len(self.ms) < 2:  # noqa: PLR2004 - quartiles need two values
            return self.ms[0], self.ms[0]
        low, _, high = statistics.quantiles(self.ms, n=4, method="inclusive")
        return low, high


@dataclass(frozen=True)
class Sweep(Shown):
    """The boots of an image beside those of the floor, and the timeline of each of the image's."""

    image: Series
    floor: Series
    timelines: tuple[BootTimeline, ...]
    memory_bytes: int
    machine_type: str
    accelerator: str

    @cached_property
    def ratio(self) -> float:
        """How many times the floor: the median of the rounds' ratios."""
        return statistics.median(ours / least for ours, least in zip(self.image.ms, self.floor.ms, strict=True))

    @cached_property
    def timeline(self) -> BootTimeline | None:
        """The timeline whose total is the median's nearest; None where the machine left no stamps."""
        if not self.timelines:
            return None
        return min(self.timelines, key=lambda timeline: abs(timeline.total_ms - self.image.median))

    @cached_property
    def guest_ratio(self) -> float | None:
        """The image's own part, from its first instruction to its first line, as a part of the floor."""
        if not self.timelines:
            return None
        return statistics.median(timeline.guest_ms for timeline in self.timelines) / self.floor.median

    def data(self) -> dict[str, Any]:
        """The sweep as plain values."""
        return {
            "image_ms": [round(ms, 3) for ms in self.image.ms],
            "floor_ms": [round(ms, 3) for ms in self.floor.ms],
            "ratio": round(self.ratio, 4),
            "guest_ratio": None if self.guest_ratio is None else round(self.guest_ratio, 4),
        }

    def card(self) -> Card:
        """The sweep as a page."""
        columns = (
            Column("guest"),
            Column("median ms", "right"),
            Column("half within", "right"),
            Column("× floor", "right"),
        )
        rows = tuple(
            (series.name, f"{series.median:.1f}", "–".join(f"{q:.1f}" for q in series.quartiles), f"{ratio:.2f}")
            for series, ratio in ((self.floor, 1.0), (self.image, self.ratio))
        )
        facts = (f"{len(self.image.ms)} boots each, interleaved", self.machine_type, self.accelerator)
        return Card(self.image.name, word="boots of", facts=facts, tables=(Table(columns, rows),))


def boots(
    image: Image,
    runs: int,
    *,
    parameters: Mapping[str, object] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Boots `image` and the floor `runs` times in turn, each stopped at its first line.

    `parameters` are those of each boot, secrets among them. `progress` hears the round and how many there are. Raises what
    a boot raises, `VmmError` for a guest without a word.
    """
    return core().run(_boots(image, runs, parameters, progress or (lambda _round, _of: None)))


async def _boots(
    image: Image, runs: int, parameters: Mapping[str, object] | None, progress: Callable[[int, int], None]
) -> Sweep:
    hardware = describe(image, Limits(image.manifest.memory_bytes, time_s=LONGEST_BOOT_S), parameters=parameters)
    if hardware.secrets:
        hardware.secrets.wipe()  # Each boot plants its own.
    path = await asyncio.to_thread(floor, target_named(image.manifest.target))
    empty = Hardware(hardware.machine_type, path, hardware.memory_bytes, "", hardware.accelerator)
    ours: list[float] = []
    least: list[float] = []
    timelines: list[BootTimeline] = []
    for number in range(-WARM_UP, runs):
        progress(max(number, 0), runs)
        # Turn about, so that neither always follows the other.
        if number % 2:
            floor_ms = await _floor_ms(empty)
            image_ms, timeline = await _image_ms(image, parameters)
        else:
            image_ms, timeline = await _image_ms(image, parameters)
            floor_ms = await _floor_ms(empty)
        if number < 0:
            continue
        ours.append(image_ms)
        least.append(floor_ms)
        if timeline is not None:
            timelines.append(timeline)
    progress(runs, runs)
    return Sweep(
        Series(image.name, "as built", tuple(ours)),
        Series("floor", "does nothing", tuple(least)),
        tuple(timelines),
        hardware.memory_bytes,
        hardware.machine_type,
        hardware.accelerator.value.upper(),
    )


async def _image_ms(image: Image, parameters: Mapping[str, object] | None) -> tuple[float, BootTimeline | None]:
    machine = await boot(image, timeout_s=LONGEST_BOOT_S, parameters=parameters)
    try:
        run = await machine.settle(after_first_byte_s=0.05) or await machine.stop()
    except BaseException:
        await machine.stop()
        raise
    if run.host.first_byte_ns is None:
        raise VmmError(f'"{image.name}" wrote nothing: {run.reason}.')
    return (run.host.first_byte_ns - run.host.spawned_ns) / 1e6, boot_timeline(run)


async def _floor_ms(hardware: Hardware) -> float:
    session = await Qemu().start(hardware)
    console = ChannelConsole("floor", session.console)
    try:
        async with asyncio.timeout(LONGEST_BOOT_S):
            began_ns = await console.began()
    finally:
        console.close()
        session.kill()
        await session.close()
    if began_ns is None:
        raise VmmError("the floor wrote nothing: QEMU ended before it.")
    return (began_ns - session.spawned_ns) / 1e6
