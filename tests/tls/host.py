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
    *(f"-I{path}" for path in (HERE, HERE.parent / "kernel", HERE.parent / "fuzz", KERNEL_SRC, KERNEL_SRC / "include")),
    *(mbedtls.CONFIG, mbedtls.TLS),
)
SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
OURS = ("core/calendar.c", *(f"crypto/tls/{path.name}" for path in sorted((KERNEL_SRC / "crypto/tls").glob("*.c"))))


def library(compiler: tuple[str, ...]) -> tuple[list[str], list[Path]]:
    """The flags that see mbedTLS, and its files compiled with `compiler`, a command with flags; raises
    `CalledProcessError`.
    """
    tree = sources.tree(mbedtls.SOURCE).path
    flags = [*FLAGS, f"-I{tree}/include", f"-I{tree}/library"]
    ours = [*(KERNEL_SRC / "crypto").rglob("mbedtls_config.h"), *(KERNEL_SRC / "crypto/tls").glob("pss_*.h")]
    content = b"".join(path.read_bytes() for path in sorted(ours))
    folder = BUILD / stamps.key(compiler, flags, str(tree), content)[:16]
    folder.mkdir(parents=True, exist_ok=True)

    def tool(name: str) -> list[str]:
        """The compiler for a file; a fuzzer would spend its time in numbers, which the tests look at."""
        quick = name in mbedtls.HOT and any("fuzzer" in word for word in compiler)
        return [word for word in compiler if "fuzzer" not in word] + [] if quick else [*compiler]

    def compiled(name: str) -> Path:
        path = folder / f"{name}.o"
        if not path.is_file():
            source = tree / "library" / f"{name}.c"
            fresh = folder / f"{name}.{os.getpid()}"
            command = [*tool(name), *flags, *mbedtls.file_flags(name), "-O1", "-c", str(source), "-o", str(fresh)]
            subprocess.run(command, check=True, timeout=PATIENCE_S)
            fresh.replace(path)
        return path

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return flags, list(pool.map(compiled, mbedtls.library(tls=True)))


def compile_all(compiler: tuple[str, ...], own: Iterable[Path], program: Path, arena: bool = True) -> None:
    """Compiles `own` and all of TLS to `program`, but not its arenas unless `arena`; raises `CalledProcessError`."""
    flags, objects = library(compiler)
    ours = [KERNEL_SRC / name for name in OURS if arena or not name.endswith("/arena.c")]
    command = [*compiler, *flags, *map(str, (*own, *ours, *objects)), "-o", str(program)]
    subprocess.run(command, check=True, timeout=PATIENCE_S)
