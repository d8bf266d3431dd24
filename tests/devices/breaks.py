"""What any console must do with a break, whatever carries it; the images are those of `uart16550/`."""

from __future__ import annotations

import asyncio

from unikernel.build.image import Image
from unikernel.machine.boot import boot

PATIENCE_S = 30
COUNT = 100_000
BREAKS = 50
PATTERN = bytes(range(1, 256)) * (COUNT // 255 + 1)


async def check_that_one_costs_no_byte(image: Image, target: str | None = None) -> None:
    """Of `break_when_full`, which reads nothing before."""
    machine = await boot(image, target=target, timeout_s=PATIENCE_S)
    await machine.console.expect("up")
    sending = asyncio.ensure_future(machine.console.send(PATTERN[:COUNT]))
    await asyncio.wait((sending,), timeout=0.2)
    await machine.interrupt()
    run = await machine.wait(PATIENCE_S)
    await sending
    assert (run.status, run.transcript.data) == (0, b"up\r\nwhole\r\n"), run.reason


async def check_that_none_is_lost(image: Image, target: str | None = None) -> None:
    """Of `break_in_flood`, which writes without end."""
    machine = await boot(image, target=target, timeout_s=PATIENCE_S)
    await machine.console.expect("0123")
    for _ in range(BREAKS):
        await machine.interrupt()
        await machine.console.expect("break", PATIENCE_S)
    assert (await machine.wait(PATIENCE_S)).status == 0
