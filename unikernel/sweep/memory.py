"""What of its memory a machine has in use at its first line: of one boot, as it hardly differs between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unikernel.errors import VmmError
from unikernel.machine.boot import boot
from unikernel.machine.loop import core
from unikernel.measure.memory import MemoryUse, memory_use
from unikernel.sweep.boots import LONGEST_BOOT_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unikernel.build.image import Image


def memory(image: Image, *, parameters: Mapping[str, object] | None = None) -> MemoryUse:
    """Boots `image` up to its first line; `parameters` are those of the boot, secrets among them. Raises what a boot
    raises, `VmmError` for a machine without a word.
    """
    return core().run(_memory(image, parameters))


async def _memory(image: Image, parameters: Mapping[str, object] | None) -> MemoryUse:
    async with await boot(image, timeout_s=LONGEST_BOOT_S, parameters=parameters) as machine:
        await machine.console.began()
        run = await machine.stop()
    found = memory_use(run, image)
    if found is None:
        raise VmmError(f'"{image.name}" wrote nothing: {run.reason}.')
    return found
