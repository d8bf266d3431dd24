"""The floor: a guest that does nothing, built by our own toolchain and kept in the cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from unikernel.build import cache
from unikernel.build.components import KERNEL_SRC
from unikernel.build.jobs import Jobs
from unikernel.build.toolchain import toolchain
from unikernel.errors import BuildError
from unikernel.targets import Target

SOURCE = KERNEL_SRC / "floor/floor.S"
SCRIPT = KERNEL_SRC / "floor/floor.ld"


def floor(target: Target) -> Path:
    """The floor's ELF for `target`; raises `BuildError` when it does not build."""
    tools = toolchain()
    key = hashlib.sha256(SOURCE.read_bytes() + SCRIPT.read_bytes() + tools.identity.encode()).hexdigest()
    path = cache.folder("floor") / f"{target.name}-{key[:16]}.elf"
    if path.exists():
        return path
    jobs = Jobs(tools.environment())
    with cache.scratch() as folder:
        flags = tools.compile_flags(target, system_headers=False)
        commands = (
            tools.compile(flags, SOURCE, folder / "floor.o", folder / "floor.d"),
            tools.link(target, "-zmax-page-size=16", "-s", "-T", str(SCRIPT), "-o", "floor.elf", "floor.o"),
        )
        for command in commands:
            done = jobs.run(command, folder)
            if done.status:
                raise BuildError(f"floor: {done.errors.strip().splitlines()[0]}.", file=str(SOURCE))
        cache.write(path, (folder / "floor.elf").read_bytes())
    return path
