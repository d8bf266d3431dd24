"""From an image to a running machine: everything is checked first, and nothing is left where it comes to nothing."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unikernel import abi
from unikernel.devices.attachment import Disk, Nic
from unikernel.devices.network import Forward
from unikernel.errors import Refusal
from unikernel.interfaces import Console
from unikernel.machine import debugger
from unikernel.machine.accelerator import AUTO, Accelerator
from unikernel.machine.disks import Disks, project_of
from unikernel.machine.limits import DEFAULT_OUTPUT_BYTES, Limits
from unikernel.machine.listing import Listing
from unikernel.machine.machine import Machine
from unikernel.machine.network import forwards, nics
from unikernel.machine.parameters import command_line, planted, settings
from unikernel.machine.power import Power, PowerCut
from unikernel.machine.probe import choose
from unikernel.machine.qemu.command import MEMORY_GRAIN_BYTES
from unikernel.machine.qemu.session import Qemu
from unikernel.machine.vmm import Drive, Hardware
from unikernel.targets import target_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unikernel.build.image import Image
    from unikernel.machine.network.forwards import Wanted
    from unikernel.machine.vmm import Vmm


async def boot(
    image: Image,
    *,
    memory_bytes: int | None = None,
    accel: str = Accelerator.TCG.value,
    timeout_s: float | None = None,
    prompt: bool | None = None,
    name: str | None = None,
    target: str | None = None,
    output_limit_bytes: int = DEFAULT_OUTPUT_BYTES,
    gdb: bool = False,
    volatile: bool | PowerCut = False,
    parameters: Mapping[str, object] | None = None,
    forward: Wanted = (),
    vmm: Vmm | None = None,
) -> Machine:
    """Start a machine from `image`; it runs when this returns, and ends when its owner does.

    `memory_bytes` is the image's own default when left out. `timeout_s` limits the machine's life in seconds. `prompt`
    asks for a prompt after the app, or for none; left out, the stack says. `name` is the image's when left out, made
    unique among the running. With `gdb` it waits before its first instruction until a debugger lets it go on: see
    `Handle.gdb_command`. With `volatile` its disks have a cache that a `power_cut` empties; a `PowerCut` is armed from its
    first write on. `parameters` sets what the image leaves open: of a device by ``"NAME.PARAMETER"``, of the app
    by name; a secret is bytes. `forward` opens ports of the host's loopback beside those of the stack: ``{8080: 80}``, or
    ``["8080:80", "5353:53/udp"]``; port 0 is any that is free, and `Handle.forwards` says which.

    Raises `Refusal`, with nothing started, for what cannot be: see `Limits`; `VmmError` when the VMM cannot be started.
    """
    kept_bytes = output_limit_bytes
    limits = Limits(image.manifest.memory_bytes if memory_bytes is None else memory_bytes, kept_bytes, timeout_s)
    if accel == AUTO:
        # A probe may take a second: not on the loop, on which other machines live.
        accel = (await asyncio.to_thread(choose, accel)).value
    hardware = describe(
        image, limits, accel=accel, prompt=prompt, target=target, parameters=parameters, forward=forward
    )
    if gdb:
        debugger.debug_elf(image)
    vmm = vmm or Qemu()
    async with contextlib.AsyncExitStack() as held:  # what is given back where it comes to nothing
        wanted = name_of(image) if name is None else name
        listing = Listing(wanted, image.path, limits.memory_bytes, exact=name is not None)
        held.callback(listing.remove)
        hardware = nics.named(hardware, image.manifest.name, listing.name)
        power = Power(volatile if isinstance(volatile, PowerCut) else None) if volatile else None
        disks = Disks(listing.name, hardware.drives, power)
        held.callback(disks.close)
        hardware = replace(hardware, drives=tuple(disks.drives))
        if gdb:
            hardware = replace(hardware, debugger=debugger.socket_path(listing))
        session = await vmm.start(hardware)
        held.push_async_callback(session.close)
        machine = Machine(image, limits, listing, vmm, hardware, session, disks)
        held.pop_all()
    try:
        if session.pid:
            listing.started(session.pid, [each.data() for each in machine.forwards])
        await session.opened()
    except BaseException:
        await machine.stop()
        raise
    return machine


def describe(
    image: Image,
    limits: Limits,
    *,
    accel: str = "tcg",
    prompt: bool | None = None,
    target: str | None = None,
    parameters: Mapping[str, object] | None = None,
    forward: Wanted = (),
) -> Hardware:
    """The hardware on which `boot` would run an image, all checked; raises `Refusal`. Its nics have no addresses yet: see
    `nics.named`.
    """
    wanted = target_named(target if target is not None else image.manifest.target)
    if not wanted.runs(target_named(image.manifest.target)):
        message = f"target: {image.path} is built for {image.manifest.target}, not {wanted.name}; build it with --target {wanted.name}."
        raise Refusal(message)
    said = settings(image.manifest, parameters or {})
    limits.check(image.manifest.name, image.place.least_memory_bytes + said.more_memory_bytes)
    if not Path(image.path).is_file():
        message = f"{image.path} is not there any more; build it again."
        raise Refusal(message)
    words = [] if prompt is None else [f"{abi.KEY_PROMPT}={int(prompt)}"]
    memory_bytes = -(-limits.memory_bytes // MEMORY_GRAIN_BYTES) * MEMORY_GRAIN_BYTES
    project = project_of(Path(image.path))
    asked = tuple(each for device in said.devices for each in device.attachments())
    wanted.check_room(image.manifest.name, [device.name for device in said.devices for _ in device.virtio()])
    drives = tuple(Drive(each, project / each.path) for each in asked if isinstance(each, Disk))
    others = tuple(each for each in asked if not isinstance(each, Disk))
    consoles = [each.name for each in said.devices if isinstance(each, Console)]
    cards = tuple(each for each in asked if isinstance(each, Nic))
    hardware = Hardware(
        wanted.machine_type,
        Path(image.path),
        memory_bytes,
        command_line([*words, *said.words]),
        choose(accel),
        drives,
        others,
        console=image.manifest.console if image.manifest.console in consoles else next(iter(consoles), ""),
        secrets=planted(said.secrets, image.place.image_end),
        addresses=nics.addresses(said.devices, cards),
    )
    wanted_forwards = map(Forward.read, forwards.texts(forward))
    return nics.with_nics(hardware, forwards.added(image.manifest.name, cards, wanted_forwards))


def name_of(image: Image) -> str:
    """A machine's name, where nobody gives one."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", image.manifest.name)[:60].lstrip(".-") or "machine"
