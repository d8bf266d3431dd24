"""Upstream's stubs for the runtime's version, held by hash; unpacked into the cache, since in an environment they would
hide the types of the libraries that are really there.
"""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

from unikernel.build import cache, fetching, stamps
from unikernel.build.components import KERNEL_SRC
from unikernel.build.imports import WITHOUT_OLD_NAME
from unikernel.build.lock import Locked
from unikernel.build.runtime import modules_in_image
from unikernel.build.step import Progress, Step
from unikernel.devices import CATALOGUE

RUNTIME = "runtime"
"""Modules that are MicroPython's own."""
LIBRARY = "library"
"""The typeshed that goes with them."""

FILES = {
    RUNTIME: Locked(
        "micropython-unix-stubs",
        "1.25.0.post1",
        "micropython_unix_stubs-1.25.0.post1-py2.py3-none-any.whl",
        "2f6ec17faa9690d8576a442ee68a6dcfb42bb2c1143505a21b5d67f7cf5e61a9",
    ),
    LIBRARY: Locked(
        "micropython-stdlib-stubs",
        "1.25.0",
        "micropython_stdlib_stubs-1.25.0-py3-none-any.whl",
        "5b1faecff10f85d1cd812c13e183eb9cd99238f01af7d829995eece4c4450b3f",
    ),
}


def folder(progress: Progress) -> Path:
    """The folder that holds both, fetched if need be; raises `Refusal` when they cannot be had."""
    path = cache.root() / "stubs" / stamps.key(_modules(), _own(), *FILES.values())[:16]
    if path.is_dir():
        return path
    started = time.monotonic()
    with cache.locked("stubs"), cache.scratch() as scratch:
        for name, locked in FILES.items():
            with zipfile.ZipFile(fetching.fetch(locked)) as wheel:
                wheel.extractall(scratch / "stubs" / name, [each for each in wheel.namelist() if _kept(name, each)])
        with cache.refusing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                (scratch / "stubs").replace(path)
    progress(Step("fetch", str(FILES[RUNTIME]), seconds=time.monotonic() - started))
    return path


def _modules() -> tuple[str, ...]:
    """Those that some image has."""
    return tuple(sorted(modules_in_image([cls.symbol() for cls in CATALOGUE.values()])))


def _own() -> tuple[str, ...]:
    """Those that are not as upstream has them, and so have stubs of ours."""
    return tuple(sorted(path.stem for path in (KERNEL_SRC / "stubs").glob("*.pyi")))


def _kept(name: str, member: str) -> bool:
    """Of the runtime's, only the modules that an image has: the Unix port has others."""
    if name == LIBRARY:
        return True
    image = _modules()
    module = member.partition("/")[0].removesuffix(".pyi")
    old = module.removeprefix("u")
    if module in _own():
        return False
    return module in image or module == "__builtins__" or (old in image and old not in WITHOUT_OLD_NAME)
