"""The components of a plan: the kernel's, its drivers, the runtime and the libc, and the generated table of devices."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

from unikernel.build import cache, kernel, libc, lwip, mbedtls, runtime, sources, stamps
from unikernel.build.components import Component, Source
from unikernel.build.step import Progress
from unikernel.build.tables import devices_c
from unikernel.devices import CATALOGUE
from unikernel.plan import Plan
from unikernel.targets import Target

DEVICES = "devices"


def components(plan: Plan, progress: Progress) -> tuple[Component, ...]:
    """Every component that is linked into the plan's image, in the order of the link.

    Sources are fetched if need be. A driver that needs the runtime's headers is declared with the runtime.
    """
    symbols = drivers(plan)
    wanted = symbols | {name for each in plan.devices for name in type(each.device).needs}
    optional = runtime.SHARED | {cls.symbol() for cls in CATALOGUE.own.values()}
    fetched = _fetched(plan.target, symbols, progress)
    chosen = (each for each in fetched if each.name in wanted or each.name not in optional)
    return (*kernel.components(plan), *chosen, *of_needs(plan, progress), _devices(plan))


def of_needs(plan: Plan, progress: Progress) -> tuple[Component, ...]:
    """The components of archives that only some drivers need."""
    needs = {name for each in plan.devices for name in type(each.device).needs}
    found: list[Component] = []
    if mbedtls.SOURCE in needs:
        tree = sources.tree(mbedtls.SOURCE, progress)
        found += _of(tree, mbedtls.components(plan.target, tree.path, tls="mbed_tls" in drivers(plan)))
    if lwip.SOURCE in needs:
        tree = sources.tree(lwip.SOURCE, progress)
        found += _of(tree, lwip.components(plan.target, tree.path, drivers(plan)))
    return tuple(found)


def _of(tree: sources.Tree, found: tuple[Component, ...]) -> tuple[Component, ...]:
    """Those that hold files of an archive carry its hash."""
    return tuple(dataclasses.replace(each, sha256=tree.archive.sha256) if each.version else each for each in found)


def drivers(plan: Plan) -> frozenset[str]:
    """The drivers of a plan, by name."""
    return frozenset(type(each.device).symbol() for each in plan.devices)


def _fetched(target: Target, symbols: frozenset[str], progress: Progress) -> tuple[Component, ...]:
    found: list[Component] = []
    for module in (runtime, libc):
        tree = sources.tree(module.SOURCE, progress)
        found += _declared(module.SOURCE, target, symbols, tree.path, tree.archive.sha256, tree.archive.licence)
    return tuple(found)


@lru_cache(maxsize=8)
def _declared(
    name: str, target: Target, symbols: frozenset[str], tree: Path, sha256: str, licence: str
) -> tuple[Component, ...]:
    """The components made from one archive; only those that hold its files carry its hash."""
    declared = runtime.components(target, tree, symbols) if name == runtime.SOURCE else libc.components(target, tree)
    prefix = f"{tree}/"
    return tuple(
        dataclasses.replace(each, sha256=sha256, licence=licence)
        if any(str(source.path).startswith(prefix) for source in each.sources)
        else each
        for each in declared
    )


def _devices(plan: Plan) -> Component:
    """The generated table, at a path that is its content."""
    text = devices_c(plan).encode()
    path = cache.root() / "generated" / f"{DEVICES}-{stamps.key(text)[:16]}" / "devices.c"
    if not path.is_file():
        cache.write(path, text)
    return Component(DEVICES, "drivers", (Source(path, path.name),), kernel.includes(plan), kernel.FLAGS)
