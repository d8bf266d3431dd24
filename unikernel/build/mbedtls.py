"""mbedTLS: of its archive, what the drivers of a stack ask for; AES in XTS mode so far."""

from __future__ import annotations

from pathlib import Path

from unikernel.build.components import KERNEL_SRC, Component, Source
from unikernel.build.kernel import FLAGS, headers
from unikernel.targets import Target

SOURCE = "mbedtls"
VERSION = "3.6.6"
LICENCE = "Apache-2.0"

_LIBRARY = ("aes", "aesni", "platform_util")
_FLAGS = (
    *(flag for flag in FLAGS if flag != "-mgeneral-regs-only"),  # no interrupt comes here, and AES has vector registers
    "-O2",
)
CONFIG = '-DMBEDTLS_CONFIG_FILE="crypto/mbedtls_config.h"'


def components(target: Target, tree: Path) -> tuple[Component, ...]:
    """The component, from mbedTLS's unpacked source at `tree`: its files, and ours that alone see its headers."""
    crypto = KERNEL_SRC / "crypto"
    sources = [Source(path, path.relative_to(KERNEL_SRC).as_posix()) for path in sorted(crypto.glob("*.c"))]
    sources += [Source(tree / "library" / f"{name}.c", f"library/{name}.c") for name in _LIBRARY]
    includes = (*headers(target), tree / "include", tree / "library")
    return (
        Component(SOURCE, "storage", tuple(sources), includes, (*_FLAGS, CONFIG), version=VERSION, licence=LICENCE),
    )
