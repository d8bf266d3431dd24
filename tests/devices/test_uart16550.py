"""The driver of the serial port, on the real QEMU: what comes together with a break."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.promises.c_image import c_image
from unikernel.build.image import Image
from unikernel.devices import TscClock, Uart16550
from unikernel.machine.boot import boot

HERE = Path(__file__).parent
PATIENCE_S = 30
COUNT = 100_000
BREAKS = 50
PATTERN = bytes(range(1, 256)) * (COUNT // 255 + 1)


def image_of(name: str, folder: Path) -> Image:
    return c_image(HERE / "uart16550" / f"{name}.c", (Uart16550(), TscClock()), folder)


async def test_a_break_costs_no_byte_though_the_machine_reads_nothing_before(tmp_path: Path) -> None:
    machine = await boot(image_of("break_when_full", tmp_path), timeout_s=PATIENCE_S)
    await machine.console.expect("up")
    sending = asyncio.ensure_future(machine.console.send(PATTERN[:COUNT]))
    await asyncio.wait((sending,), timeout=0.2)
    await machine.interrupt()
    run = await machine.wait(PATIENCE_S)
    await sending
    assert (run.status, run.transcript.data) == (0, b"up\r\nwhole\r\n"), run.reason


async def test_no_break_is_lost_in_a_flood_of_output(tmp_path: Path) -> None:
    machine = await boot(image_of("break_in_flood", tmp_path), timeout_s=PATIENCE_S)
    await machine.console.expect("0123")
    for _ in range(BREAKS):
        await machine.interrupt()
        await machine.console.expect("break", PATIENCE_S)
    assert (await machine.wait(PATIENCE_S)).status == 0
