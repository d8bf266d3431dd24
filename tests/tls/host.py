"""TLS of the kernel, compiled for the host under the sanitizers; mbedTLS itself once, as that takes half a minute."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from unikernel.build import mbedtls, sources, stamps
from unikernel.build.components import KERNEL_SRC

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "tls"
PATIENCE_S = 600
FLAGS = (
    *("-std=c17", "-D_DEFAULT_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror"),
    *(f"-I{path}" for path in (HERE, HERE.parent / "kernel", KERNEL_SRC, KERNEL_SRC / "include")),
    *(mbedtls.CONFIG, mbedtls.TLS),
)
SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
OURS = ("core/calendar.c", *(f"crypto/tls/{path.name}" for path in sorted((KERNEL_SRC / "crypto/tls").glob("*.c"))))


def compile_all(compiler: tuple[str, ...], own: Iterable[Path], program: Path) -> None:
    """Compiles `own` and all of TLS to `program` with `compiler`, a command with flags; raises `CalledProcessError`."""
    tree = sources.tree(mbedtls.SOURCE).path
    flags = [*FLAGS, f"-I{tree}/include", f"-I{tree}/library"]
    content = b"".join(path.read_bytes() for path in sorted((KERNEL_SRC / "crypto").rglob("mbedtls_config.h")))
    folder = BUILD / stamps.key(compiler, flags, str(tree), content)[:16]
    folder.mkdir(parents=True, exist_ok=True)

    def compiled(name: str) -> Path:
        path = folder / f"{name}.o"
        if not path.is_file():
            source = tree / "library" / f"{name}.c"
            fresh = folder / f"{name}.{os.getpid()}"
            command = [*compiler, *flags, *mbedtls.file_flags(name), "-O1", "-c", str(source), "-o", str(fresh)]
            subprocess.run(command, check=True, timeout=PATIENCE_S)
            fresh.replace(path)
        return path

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        library = list(pool.map(compiled, mbedtls.library(tls=True)))
    ours = [KERNEL_SRC / name for name in OURS]
    command = [*compiler, *flags, *map(str, (*own, *ours, *library)), "-o", str(program)]
    subprocess.run(command, check=True, timeout=PATIENCE_S)
