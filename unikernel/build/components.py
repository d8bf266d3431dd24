"""Components as values: what an archive of compiled code is made of. `compile.py` builds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import unikernel

_PACKAGE = Path(unikernel.__file__).parent
KERNEL_SRC = next(path for path in (_PACKAGE / "kernel_src", _PACKAGE.parent / "kernel_src") if path.is_dir())
"""The C of the library OS: in an installed package inside it, in a checkout beside it."""

KINDS = ("arch", "drivers", "net", "storage", "libc", "runtime", "app", "padding")


@dataclass(frozen=True)
class Source:
    """One file to compile: where it lies, its name in archive and map (with folder), and flags for it alone."""

    path: Path
    name: str
    flags: tuple[str, ...] = ()


class Workshop(Protocol):
    """What a `Generated` may use while it makes its files; `folder` is a scratch folder that goes away afterwards."""

    @property
    def folder(self) -> Path:
        """The scratch folder."""

    def preprocess(self, component: Component, flags: tuple[str, ...]) -> Mapping[str, bytes]:
        """The preprocessed text of every source of `component` by its name, with `flags` added.

        Parallel and kept by content.
        """

    def python(self, arguments: list[str]) -> bytes:
        """The standard output of this interpreter, run on a script; raises `BuildError` when it fails."""


@dataclass(frozen=True)
class Generated:
    """A folder of generated headers, first on the include path of the components that name it.

    `make` returns contents by relative path. It runs again when `key`, one of `inputs`, or a file that the sources of
    `components` read has changed; `components` are those whose preprocessed text it asks for.
    """

    name: str
    key: tuple[str, ...]
    inputs: tuple[Path, ...]
    make: Callable[[Workshop], Mapping[str, bytes]] = field(compare=False)
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Component:
    """One archive of compiled code: the owner of bytes.

    `kind` is its colour in the footprint. `flags` come after the toolchain's own. `version`, `sha256` and `licence`
    are those of the source archive, empty for what is ours.
    """

    name: str
    kind: str
    sources: tuple[Source, ...]
    includes: tuple[Path, ...] = ()
    flags: tuple[str, ...] = ()
    generated: tuple[Generated, ...] = ()
    system_headers: bool = True
    version: str = ""
    sha256: str = ""
    licence: str = "MIT"
