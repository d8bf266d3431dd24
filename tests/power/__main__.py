"""`make soak`: many workloads, every cut of each on the host, and hundreds on living machines. Takes half an hour.

Prints a line a workload and each fault; ends with 1 where there was one.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.power.recording import Write, cuts
from tests.power.scene import Scene
from unikernel.devices import FatFs, LittleFs
from unikernel.machine.power import Keep

LENGTH = 60


def soak(kind: type[LittleFs | FatFs], seed: int, live: int, folder: Path) -> list[str]:
    """The faults of one workload; `live` cuts are made on machines."""
    began = time.monotonic()
    scene = Scene.of(kind, folder / f"{kind.__name__}-{seed}", seed, LENGTH)
    recorded = scene.record(scene.blank)
    writes = sum(isinstance(event, Write) for event in recorded)
    every, seeds = (1, 4) if kind is LittleFs else (1, 1)
    found = [scene.fault(cut) for cut in cuts(recorded, scene.blank, seeds, every)]
    chance = Random(seed)
    alive: list[str | None] = []
    for _ in range(live):
        keep: Keep = chance.choice(("all", "none", chance.getrandbits(32)))
        alive.append(asyncio.run(scene.live_fault(chance.randrange(1, writes), keep)))
    faults = [fault for fault in (*found, *alive) if fault]
    took = time.monotonic() - began
    print(
        f"{kind.__name__} workload {seed}: {len(scene.life.steps)} steps, {writes} writes, {len(found)} cuts replayed, "
        f"{live} live, {len(faults)} faults, {took:.0f} s",
        flush=True,
    )
    return faults


def main() -> int:
    """All of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("--workloads", type=int, default=6, help="of each file system")
    parser.add_argument("--live", type=int, default=50, help="cuts of each workload on a living machine")
    options = parser.parse_args()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="unikernel-soak-") as folder:
        for seed in range(options.workloads):
            for kind in (LittleFs, FatFs):
                faults += soak(kind, seed, options.live, Path(folder))
    print(*faults, sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
