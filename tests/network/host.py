"""The network of a machine, compiled for the host under the sanitizers: lwIP, all of ``kernel_src/net`` and what
``stack.c`` puts around it. What was compiled is kept, as that takes a while.
"""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from unikernel.build import lwip, sources, stamps
from unikernel.build.components import KERNEL_SRC

HERE: Final = Path(__file__).parent
BUILD: Final = HERE.parents[1] / "build" / "network"
PATIENCE_S: Final = 300
SANITIZED: Final = ("gcc", "-fsanitize=address,undefined")
"""The compiler of the tests."""
UNHEEDED: Final = "-fno-sanitize=alignment,null,pointer-overflow"  # that, and the address of no member, is lwIP's way
OPTIONS: Final = ("DHCP", "IPV6", "DNS", "IGMP", "MDNS_RESPONDER", "CHECKSUM_CTRL_PER_NETIF")
LEFT_OUT: Final = {"loopback", "both_ips"}
REPLACED: Final = {"core/mem", "core/memp"}
"""Of lwIP's; ``pools.c`` is in their place."""
OWN: Final = ("stack.c", "pools.c")


def flags() -> list[str]:
    """Those with which a file sees lwIP's headers and ours."""
    tree = sources.tree(lwip.SOURCE).path
    folders = (KERNEL_SRC / "net", tree / "src/include", KERNEL_SRC, KERNEL_SRC / "include")
    return [*(f"-DLWIP_{option}=1" for option in OPTIONS), *(f"-I{path}" for path in folders)]


def files() -> list[Path]:
    """All of C, in the order in which they are linked."""
    tree = sources.tree(lwip.SOURCE).path
    ours = [path for path in sorted((KERNEL_SRC / "net").glob("*.c")) if path.stem not in LEFT_OUT]
    core = [KERNEL_SRC / f"core/{name}.c" for name in ("background", "calendar")]
    theirs = [tree / f"src/{name}.c" for name in lwip.files(("mdns_responder",)) if name not in REPLACED]
    return [*core, *ours, *theirs, *(HERE / name for name in OWN)]


def library(compiler: tuple[str, ...]) -> list[Path]:
    """The objects, in that order, of `compiler`, a command with flags; raises `CalledProcessError`."""
    command = [
        *compiler,
        "-fno-sanitize-recover=all",
        UNHEEDED,
        "-std=gnu17",
        "-O1",
        "-g",
        "-Wall",
        "-Werror",
        *flags(),
    ]
    tree = sources.tree(lwip.SOURCE).path
    headers = [*KERNEL_SRC.rglob("*.h"), *HERE.glob("*.h")]
    seen = b"".join(path.read_bytes() for path in sorted(headers))
    BUILD.mkdir(parents=True, exist_ok=True)

    def compiled(source: Path) -> Path:
        content = b"" if source.is_relative_to(tree) else source.read_bytes()
        path = BUILD / f"{source.stem}-{stamps.key(command, str(source), seen, content)[:16]}.o"
        if not path.is_file():
            fresh = path.with_suffix(f".{os.getpid()}")
            subprocess.run([*command, "-c", str(source), "-o", str(fresh)], check=True, timeout=PATIENCE_S)
            fresh.replace(path)
        return path

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(compiled, files()))
