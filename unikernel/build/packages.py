"""The packages of a plan: locked, at hand, and on a shelf each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from unikernel.build import cache, distribution, fetching, stamps
from unikernel.build.components import Component
from unikernel.build.distribution import WHEEL, Distribution
from unikernel.build.lock import FILE, Lock, Locked, read
from unikernel.build.shelf import Shelf
from unikernel.build.step import Progress, Step
from unikernel.errors import Refusal
from unikernel.packages import Pin, pins
from unikernel.plan import Plan


@dataclass(frozen=True)
class Package:
    """One package, its own or one that another requires."""

    component: Component
    shelf: Shelf


@dataclass(frozen=True)
class Packages:
    """Those of one plan; `changed` where the lock was made anew, and is to be kept."""

    path: Path
    lock: Lock
    changed: bool
    found: tuple[Package, ...]

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        """What the app may take from."""
        return tuple(each.shelf for each in self.found)

    def components(self, taken: tuple[str, ...]) -> tuple[Component, ...]:
        """What the image then is made of, by the names of the shelves that something was taken from."""
        return tuple(each.component for each in self.found if each.shelf.name in taken)

    def keep(self) -> None:
        """Writes the lock, where it is new; called when nothing was refused."""
        if self.changed:
            cache.write(self.path, self.lock.text().encode())


def packages(plan: Plan, progress: Progress) -> Packages:
    """The packages of `plan`, resolved where its lock is missing or says something else.

    Raises `Refusal` for one that cannot be had, is not what the lock says, or holds no Python.
    """
    asked = pins(plan.packages, plan.name)
    path = _lock_path(plan)
    lock = read(path)
    wanted = tuple(sorted(map(str, asked)))
    changed = lock is None or lock.packages != wanted
    if lock is None or changed:
        lock = _resolved(asked, wanted, progress)
    found = tuple(_package(each, asked) for each in lock.files)
    return Packages(path, lock, changed, found)


def _resolved(asked: tuple[Pin, ...], wanted: tuple[str, ...], progress: Progress) -> Lock:
    started = time.monotonic()
    with cache.locked("packages"):
        lock = Lock(wanted, fetching.resolve(asked))
    for each in lock.files:
        progress(Step("fetch", str(each), seconds=time.monotonic() - started))
    return lock


def _package(locked: Locked, asked: tuple[Pin, ...]) -> Package:
    path = fetching.fetch(locked)
    content = distribution.read(path)
    if not path.name.endswith(WHEEL) and content.buildable:
        content = distribution.read(fetching.built(path))
    if not content.files and locked.name in {pin.name for pin in asked}:
        raise Refusal(f"{locked}: {_nothing(content)}")
    component = Component(locked.name, "app", (), version=locked.version, sha256=locked.sha256, licence=content.licence)
    return Package(component, Shelf(str(locked), content.files, f"{locked} needs it; name a package that has {{}}."))


def _nothing(content: Distribution) -> str:
    if content.compiled:
        return "it is compiled code alone, which no image can load; choose a package in Python."
    return "it holds no Python; choose another package."


def _lock_path(plan: Plan) -> Path:
    """Beside the project's file; a stack without a folder has its lock in the cache."""
    if plan.app.origin is not None:
        return plan.app.origin / FILE
    return cache.root() / "packages" / f"{stamps.key(*plan.packages)[:16]}.lock"
