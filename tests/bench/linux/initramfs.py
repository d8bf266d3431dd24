"""The Linux guest's only file system: MicroPython and its libraries, the first process, the script, modules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.bench.linux import cpio
from tests.bench.linux.libraries import interpreter, needed
from tests.bench.linux.modules import in_order
from tests.bench.linux.packages import Packages

INIT = Path(__file__).parent / "init.py"
RUNTIME = "bin/micropython"
LIBRARIES = "lib/x86_64-linux-gnu"
"""Where the loader of Debian's libc looks."""

FOLDERS = ("dev", "proc", "sys", "tmp")


def initramfs(
    packages: Packages, script: bytes, modules: tuple[str, ...] = (), files: Mapping[str, bytes] | None = None
) -> bytes:
    """The archive that Linux unpacks and whose /init.py it starts; not compressed, as that boots soonest.

    `files` are more of them, by path, from where `script` imports. Raises `Refusal` for a module that the kernel lacks.
    """
    loader = Path(interpreter(packages.runtime))
    libraries = [path for path in needed(packages.runtime, packages.libraries) if path.name != loader.name]
    # The first process loads them in the order of their names.
    numbered = enumerate(in_order(packages.modules, modules))
    entries = [
        *(cpio.folder(name) for name in FOLDERS),
        cpio.character_device("dev/console", 5, 1),
        cpio.character_device("dev/null", 1, 3),
        cpio.file(RUNTIME, packages.runtime.read_bytes(), executable=True),
        cpio.file(str(loader).lstrip("/"), (packages.libraries / loader.name).read_bytes(), executable=True),
        *(cpio.file(f"{LIBRARIES}/{path.name}", path.read_bytes()) for path in libraries),
        cpio.file("init.py", INIT.read_bytes()),
        cpio.file("main.py", script),
        *(cpio.file(path, content) for path, content in (files or {}).items()),
        *(cpio.file(f"modules/{number:02}-{module.name}.ko", module.content) for number, module in numbered),
    ]
    return cpio.archive(entries)
