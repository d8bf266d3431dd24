"""A machine that works on a disk while its power is cut, and another that reads what was left."""

from __future__ import annotations

import tempfile
from ast import literal_eval
from dataclasses import dataclass
from pathlib import Path

from tests.power import disks, recording, verdict, workload
from tests.power.recording import Cut, Event
from tests.power.workload import Life, Tree, digests
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import FatFs, LittleFs, LittleKv, VirtioBlock
from unikernel.machine.boot import boot
from unikernel.machine.power import Keep, PowerCut
from unikernel.machine.run import Run
from unikernel.stack import Stack
from unikernel.units import KIB

PATIENCE_S = 60
SIZES = {LittleFs: 512 * KIB, FatFs: 1024 * KIB}
WHERE = "/fs"
READER = workload.SHOW + 'show("/fs", "")\n'


@dataclass
class Scene:
    """One file system, one workload, one disk."""

    kind: type[LittleFs | FatFs]
    life: Life
    writer: Image
    reader: Image
    disk: Path
    blank: bytes
    """A new disk."""

    @classmethod
    def of(cls, kind: type[LittleFs | FatFs], folder: Path, seed: int, length: int, size: int = 0) -> Scene:
        """A life done by chance; builds both machines below `folder`."""
        return cls.about(kind, folder, workload.life(WHERE, seed, length, has_kv=kind is LittleFs), READER, size)

    @classmethod
    def about(cls, kind: type[LittleFs | FatFs], folder: Path, life: Life, reads: str = READER, size: int = 0) -> Scene:
        """That `life`, and a machine that `reads` what is left; builds both below `folder`."""
        size = size or SIZES[kind]
        (folder / "build").mkdir(parents=True)
        writer = build(stack(kind, "writer", life.app(), size), into=folder / "build")
        reader = build(stack(kind, "reader", reads, size), into=folder / "build")
        return cls(kind, life, writer, reader, folder / "disks" / "data.img", bytes(size))

    def record(self, content: bytes) -> list[Event]:
        """What a disk of that content is asked, when nothing is cut."""
        events, said = recording.record(self.writer, self.disk, content)
        assert said.endswith("done\r\n"), said
        return events

    def fault(self, cut: Cut) -> str | None:
        """What is wrong with a cut disk."""
        of = verdict.little_fault if self.kind is LittleFs else verdict.fat_fault
        found = of(self.life, cut)
        return f"{cut}: {found}" if found else None

    async def cut(self, after_writes: int, keep: Keep) -> tuple[Run, int]:
        """The machine's life on a new disk, cut; and the last step that it acknowledged."""
        self.disk.unlink(missing_ok=True)
        machine = await boot(self.writer, timeout_s=PATIENCE_S, volatile=PowerCut(after_writes, keep))
        run = await machine.wait(PATIENCE_S)
        lines = run.transcript.text.rpartition("\n")[0].splitlines()
        numbers = [int(line) for line in lines if line.isdigit()]
        return run, numbers[-1] if numbers else -1

    async def live_fault(self, after_writes: int, keep: Keep) -> str | None:
        """What is wrong after a cut, by other hands and by a machine, which must both see the same."""
        run, acknowledged = await self.cut(after_writes, keep)
        place = f"live, after {after_writes} writes, keep={keep!r}"
        if run.ended_by != "power":
            return f"{place}: the machine ended by {run.ended_by}: {run.reason}"
        left = self.disk.read_bytes()
        found = self.fault(Cut(after_writes, keep, acknowledged, left))
        if found:
            return found
        seen = await self.read()
        if isinstance(seen, str):
            return f"{place}: a machine cannot read it: {seen}"
        if seen != self.others_view(left):
            return f"{place}: a machine sees {sorted(seen)}, other hands {sorted(self.others_view(left))}"
        return None

    def others_view(self, disk: bytes) -> Tree:
        """The tree as other hands see it, with a digest in the place of content; empty, of a disk that holds nothing yet."""
        if not any(disk):
            return {}
        if self.kind is LittleFs:
            return _names(digests(disks.little_tree(disk)))
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "disk.img"
            file.write_bytes(disk)
            return _names(digests(disks.fat_tree(file, Path(name) / "out")))

    async def read(self) -> Tree | str:
        """The tree as a machine sees it, with a digest in the place of content; or what the machine said instead."""
        run = await (await boot(self.reader, timeout_s=PATIENCE_S)).wait(PATIENCE_S)
        if run.status:
            return run.transcript.text
        return _names(dict(literal_eval(line) for line in run.transcript.text.splitlines()))


def stack(kind: type[LittleFs | FatFs], name: str, app: str, size: int) -> Stack:
    """An app with one file system on one disk."""
    disk = VirtioBlock(name="data", size=size)
    files = kind(name="fs", disk=disk, mount_point=WHERE)
    made = Stack.default(name, App.from_text(app)).add(disk).add(files)
    return made.add(LittleKv(name=workload.KEYS, files=files)) if isinstance(files, LittleFs) else made


def _names(tree: Tree) -> Tree:
    """Some tools write a FAT's short names in small letters, some do not."""
    return {path.lower(): value for path, value in tree.items()}
