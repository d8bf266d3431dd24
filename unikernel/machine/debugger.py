"""A debugger's way into a machine: the socket at which the VMM's stub waits, and the one command that attaches gdb."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal
from unikernel.machine.entry import DEBUGGER

if TYPE_CHECKING:
    from pathlib import Path

    from unikernel.build.image import Image
    from unikernel.machine.listing import Listing

LONGEST_PATH_BYTES: Final = 107
"""A socket's address has room for so much (unix(7)), and gdb is told it whole."""


def debug_elf(image: Image) -> Path:
    """The image's debug ELF, which has the names and lines; raises `Refusal` where none lies beside it."""
    if image.debug_path is None:
        message = (
            f"gdb: {image.path} has no debug ELF beside it, which holds the names; build it again with unikernel build."
        )
        raise Refusal(message)
    return image.debug_path


def socket_path(listing: Listing) -> Path:
    """Where the stub waits; raises `Refusal` where gdb could not be told."""
    path = listing.beside(DEBUGGER)
    if len(bytes(path)) > LONGEST_PATH_BYTES:
        message = f"gdb: {path} is too long a name for a socket; set XDG_RUNTIME_DIR to a folder with a shorter one."
        raise Refusal(message)
    return path


def command(image: Image, path: Path) -> str:
    """What a person pastes."""
    return shlex.join(["gdb", str(debug_elf(image)), "-ex", f"target remote {path}"])
