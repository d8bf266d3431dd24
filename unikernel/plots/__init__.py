"""Pictures from numbers, one a file; nothing here measures. matplotlib is loaded when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unikernel.measure.boot import BootTimeline
    from unikernel.measure.footprint import Footprint
    from unikernel.measure.memory import MemoryUse
    from unikernel.plots.picture import Picture
    from unikernel.sweep import Sweep

WIDTH_PX = 860


def boot(boots: Sweep | BootTimeline, *, dark: bool = False, width: int = WIDTH_PX) -> Picture:
    """Where the time of a boot went: one boot as a strip; of a sweep every boot as a dot too, beside the floor's."""
    from unikernel.plots.boot_picture import boot_picture  # noqa: PLC0415 - matplotlib

    return boot_picture(boots, dark=dark, width=width)


def footprint(footprint: Footprint, *, dark: bool = False, width: int = WIDTH_PX) -> Picture:
    """Who owns the bytes of an image: a treemap, component and file."""
    from unikernel.plots.footprint_picture import footprint_picture  # noqa: PLC0415 - matplotlib

    return footprint_picture(footprint, dark=dark, width=width)


def memory(memory: MemoryUse, *, dark: bool = False, width: int = WIDTH_PX) -> Picture:
    """What of a machine's memory is in use at its first line: its regions by address, and their pages."""
    from unikernel.plots.memory_picture import memory_picture  # noqa: PLC0415 - matplotlib

    return memory_picture(memory, dark=dark, width=width)
