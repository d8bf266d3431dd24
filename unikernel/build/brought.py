"""What the devices of a plan add to an image beside their drivers: modules, trees of files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unikernel.build.app import Brought, write
from unikernel.build.components import Component
from unikernel.devices import CATALOGUE, GitFiles
from unikernel.plan import Plan


@dataclass(frozen=True)
class Added:
    """What goes into the ROM filesystem, and the components that the manifest names for it."""

    rom: Brought
    components: tuple[Component, ...] = ()


def brought(plan: Plan) -> Added:
    """Of every device; trees are read now. Raises `Refusal` where one cannot be had."""
    modules = sorted({name for each in plan.devices for name in type(each.device).modules})
    files: dict[str, bytes] = {}
    components = []
    for each in plan.devices:
        if isinstance(each.device, GitFiles):
            from unikernel.build import git  # noqa: PLC0415 - few stacks have one

            tree = git.tree(each.device, plan.app.origin or Path())
            files[f"{each.name}.romfs"] = write(tree.files)
            components.append(Component(each.name, "storage", (), version=tree.commit, licence=""))
    absent = frozenset(name for cls in CATALOGUE.own.values() for name in cls.modules).difference(modules)
    return Added(Brought(tuple(modules), files, absent), tuple(components))
