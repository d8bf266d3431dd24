"""Tiny guests of one assembly file and one link script, ``kernel_src/NAME/NAME.S`` and ``.ld``, kept in the cache: the
floor that boots are measured against, and the probe of an accelerator.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from unikernel.build import cache
from unikernel.build.components import KERNEL_SRC
from unikernel.build.jobs import Jobs
from unikernel.build.toolchain import toolchain
from unikernel.errors import BuildError
from unikernel.targets import Target


def guest(name: str, target: Target) -> Path:
    """The ELF of that guest for `target`; raises `BuildError` when it does not build."""
    source, script = (KERNEL_SRC / name / f"{name}{ending}" for ending in (".S", ".ld"))
    tools = toolchain()
    key = hashlib.sha256(source.read_bytes() + script.read_bytes() + tools.identity.encode()).hexdigest()
    path = cache.folder(name) / f"{target.name}-{key[:16]}.elf"
    if path.exists():
        return path
    jobs = Jobs(tools.environment())
    with cache.scratch() as folder:
        flags = tools.compile_flags(target, system_headers=False)
        commands = (
            tools.compile(flags, source, folder / "guest.o", folder / "guest.d"),
            tools.link(target, "-zmax-page-size=16", "-s", "-T", str(script), "-o", "guest.elf", "guest.o"),
        )
        for command in commands:
            done = jobs.run(command, folder)
            if done.status:
                raise BuildError(f"{name}: {done.errors.strip().splitlines()[0]}.", file=str(source))
        cache.write(path, (folder / "guest.elf").read_bytes())
    return path
