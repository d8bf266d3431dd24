"""The toolchain: clang and lld of the ``ziglang`` wheel, called directly.

``zig clang`` is plain clang. ``zig cc`` is not used: it changes flags behind one's back (its cache loses
``-fstack-protector``, ``-Oz`` becomes ``-Os``), which a promise about the image could not survive.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from unikernel.build import cache as store
from unikernel.errors import Refusal
from unikernel.targets import Target

WHEEL = "ziglang"
WANTED = "0.15.2"

_LINUX_ARCH = {"x86_64": "x86", "aarch64": "aarch64", "riscv64": "riscv"}
"""What the folders of Linux headers call an architecture."""

_EMULATION = {"x86_64": "elf_x86_64", "aarch64": "aarch64elf", "riscv64": "elf64lriscv"}
"""What the linker calls an architecture."""

_MACHINE_FLAGS = {"x86_64": ("-mno-red-zone",), "aarch64": (), "riscv64": ()}

BASE_FLAGS = (
    "-Oz",
    "-ffreestanding",
    "-fno-pic",
    "-fno-common",
    # One section a function and object, so that the linker drops what nobody reaches.
    "-ffunction-sections",
    "-fdata-sections",
    # Nothing unwinds: 30 KB of tables less.
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
    "-fstack-protector-strong",
    # What would make two builds of the same source differ.
    "-fdebug-compilation-dir=.",
    "-Werror=date-time",
    "-fno-ident",
    # A line for each address, in the debug ELF alone: a panic and gdb can name it, and the image's bytes stay the same.
    "-gline-tables-only",
    "-Qn",
)
"""Flags of every file that goes into an image."""


@dataclass(frozen=True)
class Toolchain:
    """A compiler and a linker: `program` is zig, `library` its folder of headers, `version` the wheel's."""

    program: Path
    library: Path
    version: str

    @property
    def identity(self) -> str:
        """What decides the code that comes out, beside flags and sources."""
        return f"{WHEEL} {self.version}"

    def environment(self) -> dict[str, str]:
        """The environment of a call: nothing that steers a compiler, and zig's cache inside ours."""
        zig = str(store.folder("zig"))
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if key in os.environ}
        return {**kept, "LC_ALL": "C", "ZIG_GLOBAL_CACHE_DIR": zig, "ZIG_LOCAL_CACHE_DIR": zig}

    def compile_flags(self, target: Target, *, system_headers: bool = True) -> tuple[str, ...]:
        """Flags of every call for `target`.

        `system_headers` gives the compiler's and musl's headers, the latter for declarations only.
        """
        flags = ["-target", target.triple, "-nostdinc", *BASE_FLAGS, *_MACHINE_FLAGS[target.arch]]
        if system_headers:
            for folder in self.system_folders(target):
                flags += ["-isystem", str(folder)]
        return tuple(flags)

    def system_folders(self, target: Target) -> tuple[Path, ...]:
        """The compiler's own headers, then musl's and Linux's for the target."""
        libc = self.library / "libc/include"
        linux = f"{_LINUX_ARCH[target.arch]}-linux-any"
        return (
            self.library / "include",
            *(libc / each for each in (target.triple, "generic-musl", linux, "any-linux-any")),
        )

    def compile(self, flags: tuple[str, ...], source: Path, output: Path, closure: Path) -> list[str]:
        """The command that compiles one file, and writes into `closure` what it read."""
        command = [str(self.program), "clang", *flags, "-MD", "-MF", str(closure), "-fno-color-diagnostics"]
        return [*command, "-fno-caret-diagnostics", "-c", str(source), "-o", str(output)]

    def preprocess(self, flags: tuple[str, ...], source: Path, output: Path, closure: Path) -> list[str]:
        """The command that preprocesses one file.

        One a call: with several, zig's clang would read the host's headers.
        """
        command = [str(self.program), "clang", *flags, "-MD", "-MF", str(closure), "-fno-color-diagnostics"]
        return [*command, "-fno-caret-diagnostics", "-E", str(source), "-o", str(output)]

    def link(self, target: Target, *arguments: str) -> list[str]:
        """The command that links for `target`. Strings are not merged across files: each byte keeps its owner."""
        return [str(self.program), "ld.lld", "-m", _EMULATION[target.arch], "-O0", *arguments]


@cache
def toolchain() -> Toolchain:
    """The toolchain of this interpreter; raises `Refusal` when the wheel is missing."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(f"toolchain: the package {WHEEL} is missing; pip install {WHEEL}=={WANTED}.")
    home = Path(spec.submodule_search_locations[0])
    program = home / "zig"
    if not os.access(program, os.X_OK):
        raise Refusal(f"{program}: it is missing or cannot be run; pip install --force-reinstall {WHEEL}=={WANTED}.")
    versions = sorted(
        path.name.removesuffix(".dist-info").split("-")[1] for path in home.parent.glob(f"{WHEEL}-*.dist-info")
    )
    return Toolchain(program, home / "lib", versions[-1] if versions else WANTED)
