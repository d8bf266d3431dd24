"""The driver of the serial port, on the real QEMU: what comes together with a break."""

from __future__ import annotations

from pathlib import Path

from tests.devices import breaks
from tests.promises.c_image import c_image
from unikernel.build.image import Image
from unikernel.devices import TscClock, Uart16550

HERE = Path(__file__).parent


def image_of(name: str, folder: Path) -> Image:
    return c_image(HERE / "uart16550" / f"{name}.c", (Uart16550(), TscClock()), folder)


async def test_a_break_costs_no_byte_though_the_machine_reads_nothing_before(tmp_path: Path) -> None:
    await breaks.check_that_one_costs_no_byte(image_of("break_when_full", tmp_path))


async def test_no_break_is_lost_in_a_flood_of_output(tmp_path: Path) -> None:
    await breaks.check_that_none_is_lost(image_of("break_in_flood", tmp_path))
