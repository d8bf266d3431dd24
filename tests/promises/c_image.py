"""An image whose app is one C file: the kernel, the drivers of a stack, and nothing of the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from unikernel.app import App
from unikernel.build import kernel, libc, sources
from unikernel.build.catalogue import of_needs
from unikernel.build.compile import Compiler
from unikernel.build.components import Component, Source
from unikernel.build.image import Image
from unikernel.build.link import Inputs, link
from unikernel.build.manifest import Manifest
from unikernel.build.step import silent
from unikernel.build.tables import devices_c
from unikernel.build.toolchain import toolchain
from unikernel.devices import Device
from unikernel.plan import Plan, resolve
from unikernel.stack import Stack

NO_FILES = b"\0"
"""In the place of the ROM filesystem."""


def c_image(
    main: Path,
    devices: tuple[Device, ...],
    folder: Path,
    flags: tuple[str, ...] = (),
    uses: Mapping[str, str] | None = None,
) -> Image:
    """Builds the image of ``app_main`` in the C file `main` into `folder`; `flags` are for that file alone, `uses` are
    the stack's.
    """
    plan = resolve(Stack(main.parent.name, App.from_text(""), devices, uses=uses or {}))
    musl = sources.tree(libc.SOURCE, silent)
    table = folder / "devices.c"
    table.write_text(devices_c(plan))
    components = (
        *kernel.components(plan),
        Component("devices", "drivers", (Source(table, table.name),), kernel.includes(plan), kernel.FLAGS),
        Component("app", "app", (Source(main, main.name, flags),), kernel.headers(plan.target), kernel.FLAGS),
        *libc.components(plan.target, musl.path),
        *of_needs(plan, silent),
    )
    return _linked(plan, components, folder)


def _linked(plan: Plan, components: tuple[Component, ...], folder: Path) -> Image:
    archives = Compiler(toolchain(), plan.target, silent).archives(components)
    manifest = Manifest.of(plan, components, {}).note()
    image, debug = folder / f"{plan.name}.elf", folder / f"{plan.name}.debug.elf"
    with TemporaryDirectory(dir=folder) as scratch:
        linked = link(toolchain(), Inputs(plan.target, archives, NO_FILES, manifest, plan.taken_bytes), Path(scratch))
        linked.debug.replace(debug)
        linked.map.replace(folder / f"{plan.name}.map")
        linked.image.replace(image)
    return Image.read(image)
