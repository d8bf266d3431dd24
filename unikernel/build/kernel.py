"""The components that are ours: found by folder, nothing to declare."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from unikernel.build.components import KERNEL_SRC, Component, Source
from unikernel.devices import Device
from unikernel.errors import Refusal
from unikernel.plan import Plan
from unikernel.targets import Target

FLAGS = (
    "-std=c17",
    "-Wall",
    "-Wextra",
    "-Werror",
    # Interrupts save no vector registers, so no code they reach may touch one.
    "-mgeneral-regs-only",
)

_FLAGS_COMMENT = re.compile(rb"build:((?:\s+-[\w=,./+-]+)+)")
_HEAD_BYTES = 4096


def components(plan: Plan) -> tuple[Component, ...]:
    """``arch``, ``core`` and one component a driver class of the plan.

    Raises `Refusal` for a driver without its C file.
    """
    found = [
        _component("arch", "arch", folder(plan.target), plan.target),
        _component("core", "arch", KERNEL_SRC / "core", plan.target),
    ]
    classes = {type(each.device) for each in plan.devices}
    shared = {name: KERNEL_SRC / "drivers" / name for cls in classes for name in cls.needs}
    found += [
        _component(name, "drivers", where, plan.target) for name, where in sorted(shared.items()) if where.is_dir()
    ]
    for cls in sorted(classes, key=lambda cls: cls.symbol()):
        if cls.source_file().startswith(("micropython/", "net/")):
            continue  # compiled with the runtime, or with lwIP, which names it as a component of its own
        found.append(_driver(cls, plan.target))
    return tuple(found)


def headers(target: Target) -> tuple[Path, ...]:
    """Where our C finds headers: what all may use, what of that is the architecture's own, and all that is ours."""
    return (KERNEL_SRC / "include", folder(target) / "inline", KERNEL_SRC)


def includes(plan: Plan) -> tuple[Path, ...]:
    """Where the generated table finds the headers of the plan's drivers."""
    return tuple(dict.fromkeys((*headers(plan.target), *(_root(type(each.device)) for each in plan.devices))))


def _driver(cls: type[Device], target: Target) -> Component:
    """A driver: its C file, and the folder of its name beside it."""
    root = _root(cls)
    file = root / cls.source_file()
    if not file.is_file():
        raise Refusal(f"{cls.__name__}: its driver {file} is missing; write it, or name it in the class's source.")
    more = sorted(file.with_suffix("").glob("*.c"))
    sources = tuple(source(each, root) for each in (file, *more))
    return Component(cls.symbol(), cls.kind, sources, tuple(dict.fromkeys((*headers(target), root))), FLAGS)


def _root(cls: type[Device]) -> Path:
    """Where a class's C lies: ours in ``kernel_src``, a package's beside its module."""
    if cls.__module__.partition(".")[0] == "unikernel":
        return KERNEL_SRC
    return Path(inspect.getfile(cls)).parent


def folder(target: Target) -> Path:
    """The architecture's folder, where the link script lies too."""
    return KERNEL_SRC / "arch" / target.arch


def link_script(target: Target) -> Path:
    """The link script of a target."""
    return folder(target) / "image.ld"


def source(path: Path, root: Path = KERNEL_SRC) -> Source:
    """A file under `root`; a comment in its head, ``build: -fno-stack-protector``, gives it flags of its own."""
    with path.open("rb") as file:
        match = _FLAGS_COMMENT.search(file.read(_HEAD_BYTES))
    flags = tuple(match[1].decode().split()) if match else ()
    return Source(path, path.relative_to(root).as_posix(), flags)


def _component(name: str, kind: str, where: Path, target: Target) -> Component:
    files = sorted(path for path in where.iterdir() if path.suffix in (".c", ".S"))
    return Component(name, kind, tuple(source(path) for path in files), headers(target), FLAGS)
