"""What is fuzzed: a C file ``fuzz_NAME.c`` each, whose first comment names the kernel's sources and its own files beside."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.network import host as network
from tests.tls import host

HERE = Path(__file__).parent
KERNEL_SRC = HERE.parents[1] / "kernel_src"
FLAGS = (
    *("-std=c17", "-D_DEFAULT_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover=all"),
    *(
        f"-I{path}"
        for path in (HERE, HERE.parent / "kernel", HERE.parent / "kernel/model", KERNEL_SRC, KERNEL_SRC / "include")
    ),
    *("-include", str(HERE / "seam.h")),
)
REPLAY = ("gcc", "-fsanitize=address,undefined", str(HERE / "replay.c"))
"""Feeds files to a target: needs no clang."""
TLS = "mbedtls:tls"
"""Stands among the sources for mbedTLS and what of ours sees it, but for arenas: the sanitizer's are better."""
NETWORK = "lwip:net"
"""Stands among them for lwIP and all of ours that sees it, with statics that can be made as they were at the start."""
FUZZER = ("clang", "-fsanitize=fuzzer,address,undefined")


@dataclass(frozen=True)
class Target:
    """One that is fuzzed."""

    name: str

    @property
    def program(self) -> Path:
        """Its own file."""
        return HERE / f"fuzz_{self.name}.c"

    @property
    def corpus(self) -> Path:
        """The inputs that are kept: each reaches something no other does, or a defect that was."""
        return HERE / "corpus" / self.name

    def compile(self, compiler: tuple[str, ...], binary: Path) -> None:
        """Compiles it with `compiler`, `REPLAY` or `FUZZER`; raises `CalledProcessError`."""
        named = re.match(r"/\* sources: ([\w./: ]+)\n \* beside: ([\w./ ]+?) \*/\n", self.program.read_text())
        assert named, f"{self.program.name} names no sources"
        names = named[1].split()
        flags: list[str] = list(FLAGS)
        objects: list[Path] = []
        if TLS in names:
            names.remove(TLS)
            names += [name for name in host.OURS if name not in names and not name.endswith("/arena.c")]
            more, objects = host.library(tuple(word for word in compiler if not word.endswith(".c")))
            flags = [*flags, *more]
        if NETWORK in names:
            names.remove(NETWORK)
            flags += network.flags()
            objects = network.library(tuple(word for word in compiler if not word.endswith(".c")))
            objects = [HERE / "statics_first.c", *objects, HERE / "statics_last.c"]
        sources = [*(KERNEL_SRC / name for name in names), *(HERE / name for name in named[2].split()), *objects]
        command = [*compiler, *flags, str(self.program), *map(str, sources), "-o", str(binary)]
        subprocess.run(command, check=True)


TARGETS = tuple(Target(path.stem.removeprefix("fuzz_")) for path in sorted(HERE.glob("fuzz_*.c")))
