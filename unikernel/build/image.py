"""An image: the ELF with its manifest, and `build`, which makes one."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unikernel import abi
from unikernel.build import cache, elf, stamps
from unikernel.build.manifest import Manifest
from unikernel.build.step import Progress, Step, silent
from unikernel.errors import Refusal
from unikernel.table import Card, Shown
from unikernel.targets import TARGETS, target_named
from unikernel.units import duration, file_size

if TYPE_CHECKING:
    from unikernel.build.components import Component
    from unikernel.build.link import Inputs
    from unikernel.build.packages import Packages
    from unikernel.plan import Plan
    from unikernel.stack import Stack

SUFFIX = ".elf"
_KEPT_IMAGES = 32


@dataclass(frozen=True)
class Image(Shown):
    """A bootable ELF. `debug_path` and `map_path` are None where the ELF stands alone.

    `seconds` is None unless just built.
    """

    path: Path
    bytes: int
    sha256: str
    manifest: Manifest
    place: abi.Place
    debug_path: Path | None = None
    map_path: Path | None = None
    seconds: float | None = None
    stayed: tuple[str, ...] = ()
    """Of an image just built: what was marked to be machine code and stayed bytecode, a line each."""

    @property
    def name(self) -> str:
        """The name of the stack it was built from."""
        return self.manifest.name

    @classmethod
    def read(cls, path: Path | str) -> Image:
        """An image from its ELF alone; raises `Refusal` for a file that is not one of ours, or is damaged."""
        path = Path(path)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise Refusal(f"{path}: there is no such file; build an image with unikernel build DIR.") from error
        except IsADirectoryError as error:
            raise Refusal(f"{path}: it is a folder; name the image in it, as in {path}/build/NAME{SUFFIX}.") from error
        except OSError as error:
            raise Refusal(f"{path}: it cannot be read ({(error.strerror or '').lower()}); mend its rights.") from error
        try:
            manifest, place = _notes(content)
        except ValueError as error:
            raise Refusal(f"{path}: {error}; name an image made by unikernel build.") from error
        if manifest.abi != abi.VERSION:
            raise Refusal(
                f"{path}: it speaks version {manifest.abi} of the contract, this host {abi.VERSION}; build it again."
            )
        target_named(manifest.target, str(path))
        debug, map_file = _beside(path)
        return cls(
            path=path,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            manifest=manifest,
            place=place,
            debug_path=debug if debug.is_file() else None,
            map_path=map_file if map_file.is_file() else None,
        )

    @property
    def footprint(self) -> Any:
        """Who owns each byte; see `unikernel.measure.footprint`."""
        return import_module("unikernel.measure.footprint").footprint(self)

    def card(self) -> Card:
        """The image as a page."""
        facts = [self.manifest.target, file_size(self.bytes), f"sha256 {self.sha256[:12]}"]
        if self.seconds is not None:
            facts.append(duration(self.seconds))
        return Card(
            self.name, "done", "built" if self.seconds is not None else "image", tuple(facts), foot=str(self.path)
        )


def build(source: Stack | Plan, *, into: Path | str | None = None, progress: Progress | None = None) -> Image:
    """Builds the image of a stack or a plan.

    The files are ``NAME.elf``, ``NAME.debug.elf``, ``NAME.map`` and ``NAME.devices.c`` in the folder `into`, or in
    the cache. What is up to date is left alone; the last image stays until the new one is whole. `progress` hears of
    each step, in this thread; an exception it raises stops the build. Raises `Refusal` for bad input, `BuildError`
    for a source that does not compile, `SourceError` for a source archive that cannot be had.
    """
    started = time.perf_counter()
    # Reading an image needs neither compiler nor plan: imported here, the way to boot stays short.
    from unikernel.build import runtime  # noqa: PLC0415
    from unikernel.build.app import rom as rom_of  # noqa: PLC0415
    from unikernel.build.brought import brought  # noqa: PLC0415
    from unikernel.build.catalogue import components as components_of  # noqa: PLC0415
    from unikernel.build.catalogue import drivers  # noqa: PLC0415
    from unikernel.build.compile import Compiler  # noqa: PLC0415
    from unikernel.build.link import Inputs  # noqa: PLC0415
    from unikernel.build.toolchain import toolchain  # noqa: PLC0415
    from unikernel.plan import Plan, resolve  # noqa: PLC0415

    plan = source if isinstance(source, Plan) else resolve(source)
    progress = progress or silent
    packages = _packages(plan, progress)
    added = brought(plan)
    rom = rom_of(plan.app, runtime.modules_in_image(drivers(plan)), packages.shelves if packages else (), added.rom)
    if packages:
        packages.keep()
    tools = toolchain()
    components = components_of(plan, progress)
    if rom.codes:
        from unikernel.build import native  # noqa: PLC0415

        components = (*components, native.component(rom.codes))
    archives = Compiler(tools, plan.target, progress).archives(components)
    manifest = Manifest.of(
        plan,
        (*_in_image(components), *added.components, *(packages.components(rom.shelves) if packages else ())),
        {"toolchain": tools.identity},
    ).note()
    inputs = Inputs(plan.target, archives, rom.content, manifest, plan.taken_bytes, rom.main)
    key = inputs.key()
    if into is None:
        into = cache.root() / "images" / f"{plan.name}-{key[:16]}"
    path = Path(into) / f"{plan.name}{SUFFIX}"
    image = _built(path, key)
    if image is None:
        linking = time.monotonic()
        image = _link(plan, inputs, key, path)
        progress(Step("link", path.name, seconds=time.monotonic() - linking))
    return replace(image, seconds=time.perf_counter() - started, stayed=rom.stayed)


def _packages(plan: Plan, progress: Progress) -> Packages | None:
    """Those of the plan; None where it has none, and then nothing is loaded for them."""
    if not plan.packages:
        return None
    from unikernel.build.packages import packages  # noqa: PLC0415

    return packages(plan, progress)


def _in_image(components: tuple[Component, ...]) -> tuple[Component, ...]:
    """The compiled components, and the two that are linked in as they are."""
    from unikernel.build.components import Component  # noqa: PLC0415

    return (*components, Component("app", "app", ()), Component("manifest", "arch", ()))


def _built(path: Path, key: str) -> Image | None:
    """The image at `path`, if it was made from the same inputs and nobody has touched it since."""
    debug, map_file = _beside(path)
    note = stamps.read(_stamp(path))
    if note is None or not debug.is_file() or not map_file.is_file():
        return None
    if json.loads(note).get("key") != key:
        return None
    try:
        return Image.read(path)
    except Refusal:
        return None


def _link(plan: Plan, inputs: Inputs, key: str, path: Path) -> Image:
    """Links beside, then puts the files in their places, the image last."""
    from unikernel.build.link import link  # noqa: PLC0415
    from unikernel.build.tables import devices_c  # noqa: PLC0415
    from unikernel.build.toolchain import toolchain  # noqa: PLC0415

    _writable(path.parent)
    with cache.scratch() as scratch:
        linked = link(toolchain(), inputs, scratch)
        made = Image.read(linked.image)
        debug, map_file = _beside(path)
        with cache.locked(f"image-{stamps.key(str(path.absolute()))[:16]}"), cache.refusing(path.parent):
            cache.write_whole(debug, linked.debug.read_bytes())
            cache.write_whole(map_file, linked.map.read_bytes())
            cache.write_whole(path.with_suffix(".devices.c"), devices_c(plan).encode())
            cache.write_whole(path, linked.image.read_bytes())
            stamps.write(_stamp(path), [str(path.absolute())], json.dumps({"key": key}))
    if path.is_relative_to(cache.root() / "images"):
        _forget_old(path.parent)
    return replace(made, path=path, debug_path=debug, map_path=map_file)


def _notes(content: bytes) -> tuple[Manifest, abi.Place]:
    """Manifest and place from an ELF; raises `ValueError`, in a clause, where they are missing or damaged."""
    found = elf.read(content)
    ours = {note.type: note.description for note in found.notes if note.owner == abi.NOTE_OWNER}
    if abi.NOTE_MANIFEST not in ours or abi.NOTE_RECORDS not in ours:
        raise ValueError("it is an ELF file, but not one of ours")
    manifest = Manifest.read(ours[abi.NOTE_MANIFEST].rstrip(b"\0"))
    target = TARGETS.get(manifest.target)
    if target and elf.MACHINES[target.arch] != found.machine:
        raise ValueError(f"it is not for {target.arch}, as its manifest says")
    return manifest, abi.Place.read(ours[abi.NOTE_RECORDS])


def _beside(path: Path) -> tuple[Path, Path]:
    """The debug ELF and the map that belong to an image."""
    stem = path.name.removesuffix(SUFFIX)
    return path.with_name(f"{stem}.debug{SUFFIX}"), path.with_name(f"{stem}.map")


def _stamp(path: Path) -> str:
    return f"image-{stamps.key(str(path.absolute()))[:32]}"


def _writable(folder: Path) -> None:
    """Raises `Refusal` early, before a link, where nothing can be written."""
    with cache.refusing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        cache.write_whole(folder / ".unikernel", b"")
        (folder / ".unikernel").unlink(missing_ok=True)


def _forget_old(newest: Path) -> None:
    """Keeps the cache's own images few."""

    def made(folder: Path) -> float:
        try:
            return folder.stat().st_mtime
        except FileNotFoundError:  # another build has just forgotten it
            return 0.0

    folders = sorted(newest.parent.iterdir(), key=made, reverse=True)
    for folder in folders[_KEPT_IMAGES:]:
        if folder != newest:
            shutil.rmtree(folder, ignore_errors=True)
