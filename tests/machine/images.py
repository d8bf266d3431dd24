"""Assembles the tiny images of ``guest/guest.S``, one for each behaviour."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import cast

from unikernel import abi
from unikernel.build.image import Image
from unikernel.build.manifest import ManifestDevice

LEAST_MEMORY_BYTES = 1 << 20
MEMORY_BYTES = 8 << 20
MANIFEST = {
    "abi": abi.VERSION,
    "target": "x86_64-microvm",
    "memory_bytes": MEMORY_BYTES,
    "plan": "",
    "devices": [],
    "components": [],
    "versions": {},
}
PANIC_OFFSET = abi.REQUEST_OFFSET + abi._REQUEST.size + abi._MEMORY.size
"""Of the panic record among the records."""
HERE = Path(__file__).parent / "guest"
FOLDER = "UNIKERNEL_TEST_GUESTS"
"""The environment variable by which a test's own processes share its images."""


@cache
def folder() -> Path:
    """Where the images lie; removed at the end by the process that made it."""
    if FOLDER in os.environ:
        return Path(os.environ[FOLDER])
    made = Path(mkdtemp(prefix="unikernel-guests-"))
    atexit.register(shutil.rmtree, made)
    return made


@cache
def guest(behaviour: str, *, status: int = 0, count: int = 1, network: str = "") -> Image:
    """An image that behaves as `behaviour`, a macro of ``guest.S``; `status` is what it ends with, `count` how many
    bytes it moves; it has a nic on `network` that it leaves alone.
    """
    name = behaviour.lower().replace("_", "-")
    path = folder() / f"{name}-{status}-{count}-{re.sub('[^a-z0-9]', '-', network)}.elf"
    nic = {
        "name": "net",
        "class": "VirtioNet",
        "parameters": {"network": network},
        "requires": {},
        "open": ["network", "mac"],
    }
    devices = [nic] if network else []
    definitions = {
        behaviour: 1,
        "STATUS_VALUE": status,
        "COUNT": count,
        "RECORDS_BYTES": abi.RECORDS_BYTES,
        "PANIC": PANIC_OFFSET,
        "MANIFEST": json.dumps(json.dumps(MANIFEST | {"name": name, "devices": devices})),
    }
    object_path = path.with_suffix(".o")
    macros = [f"-D{key}={value}" for key, value in definitions.items()]
    source = ["-x", "assembler-with-cpp", str(HERE / "guest.S")]
    subprocess.run(["gcc", "-c", *macros, *source, "-o", str(object_path)], check=True)
    subprocess.run(["ld", "-T", str(HERE / "guest.ld"), "-o", str(path), str(object_path)], check=True)
    shutil.copy(path, path.with_suffix(".debug.elf"))
    return Image.read(path)


def stand_in(path: Path = Path(__file__), name: str = "stand-in", devices: tuple[ManifestDevice, ...] = ()) -> Image:
    """What machine/ needs of an image, without one."""
    image = SimpleNamespace(
        path=path,
        debug_path=path,
        manifest=SimpleNamespace(
            name=name, target="x86_64-microvm", memory_bytes=MEMORY_BYTES, devices=devices, console="", parameters=()
        ),
        place=abi.Place(0, 0, LEAST_MEMORY_BYTES),
    )
    return cast("Image", image)
