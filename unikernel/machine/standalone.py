"""What `--print-command` prints: the command that boots an image without us, for a person to paste."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from unikernel.machine.boot import describe, name_of
from unikernel.machine.limits import Limits
from unikernel.machine.network import nics
from unikernel.machine.qemu.command import standalone_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unikernel.build.image import Image
    from unikernel.machine.network.forwards import Wanted


def command_text(
    image: Image,
    *,
    memory_bytes: int | None = None,
    accel: str = "tcg",
    timeout_s: float | None = None,
    prompt: bool | None = None,
    name: str | None = None,
    target: str | None = None,
    gdb: bool = False,
    parameters: Mapping[str, object] | None = None,
    forward: Wanted = (),
) -> str:
    """One line of shell that starts the hardware which `boot` would start; all options are `boot`'s. A command has no
    limits, so `timeout_s` is only checked.

    Raises `Refusal` where `boot` would, and for what no command can carry.
    """
    limits = Limits(image.manifest.memory_bytes if memory_bytes is None else memory_bytes, time_s=timeout_s)
    hardware = describe(
        image, limits, accel=accel, prompt=prompt, target=target, parameters=parameters, forward=forward
    )
    hardware = nics.named(hardware, image.manifest.name, name_of(image) if name is None else name)
    if gdb:
        hardware = replace(hardware, debugger=image.path)  # Any: one that stands alone waits at a port.
    return shlex.join(standalone_command(hardware))
