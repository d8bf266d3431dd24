"""The components of a plan: the kernel's, its drivers, the runtime and the libc, and the generated table of devices."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from unikernel.build import cache, kernel, libc, runtime, sources, stamps
from unikernel.build.components import KERNEL_SRC, Component, Source
from unikernel.build.step import Progress
from unikernel.build.tables import devices_c
from unikernel.plan import Plan
from unikernel.targets import Target

DEVICES = "devices"
_PORT = "port"
_PORT_FOLDER = "micropython/"


def components(plan: Plan, progress: Progress) -> tuple[Component, ...]:
    """Every component that is linked into the plan's image, in the order of the link.

    Sources are fetched if need be.
    """
    of_runtime = _fetched(plan.target, progress)
    return (*kernel.components(plan), *_runtime_drivers(plan, of_runtime), *of_runtime, _devices(plan))


def _fetched(target: Target, progress: Progress) -> tuple[Component, ...]:
    found: list[Component] = []
    for module in (runtime, libc):
        tree = sources.tree(module.SOURCE, progress)
        found += _declared(module.SOURCE, target, tree.path, tree.archive.sha256, tree.archive.licence)
    return tuple(found)


@lru_cache(maxsize=8)
def _declared(name: str, target: Target, tree: Path, sha256: str, licence: str) -> tuple[Component, ...]:
    """The components made from one archive; only those that hold its files carry its hash."""
    declared = (runtime if name == runtime.SOURCE else libc).components(target, tree)
    prefix = f"{tree}/"
    return tuple(
        dataclasses.replace(each, sha256=sha256, licence=licence)
        if any(str(source.path).startswith(prefix) for source in each.sources)
        else each
        for each in declared
    )


def _runtime_drivers(plan: Plan, of_runtime: tuple[Component, ...]) -> Iterator[Component]:
    """Drivers that need the runtime's headers: compiled as the port is, owners of their own bytes."""
    port = next(each for each in of_runtime if each.name == _PORT)
    classes = {type(each.device) for each in plan.devices}
    for cls in sorted(classes, key=lambda cls: cls.symbol()):
        if cls.source_file().startswith(_PORT_FOLDER):
            source = kernel.source(KERNEL_SRC / cls.source_file())
            ours = next((each.flags for each in port.sources if str(each.path).startswith(f"{KERNEL_SRC}/")), ())
            source = dataclasses.replace(source, flags=(*ours, *source.flags))
            yield dataclasses.replace(
                port, name=cls.symbol(), kind=cls.kind, sources=(source,), version="", sha256="", licence="MIT"
            )


def _devices(plan: Plan) -> Component:
    """The generated table, at a path that is its content."""
    text = devices_c(plan).encode()
    path = cache.root() / "generated" / f"{DEVICES}-{stamps.key(text)[:16]}" / "devices.c"
    if not path.is_file():
        cache.write(path, text)
    return Component(DEVICES, "drivers", (Source(path, path.name),), kernel.INCLUDES, kernel.FLAGS)
