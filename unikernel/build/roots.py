"""Names for folders that are the same on every machine, in place of their paths.

They stand in keys, in ``__FILE__`` and in debug information.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unikernel.build import cache
from unikernel.build.components import KERNEL_SRC, Component, Source
from unikernel.build.toolchain import Toolchain


@dataclass(frozen=True)
class Roots:
    """Folder (ending in a slash) → name, the longest folder first."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, toolchain: Toolchain, component: Component, folders: tuple[tuple[str, Path], ...]) -> Roots:
        """The roots of a component; `folders` are its generated ones, by name."""
        found = {
            f"{KERNEL_SRC}/": "kernel_src/",
            f"{toolchain.library}/": "zig/",
            f"{cache.root()}/trees/": "",
            **{f"{path}/": f"generated/{name}/" for name, path in folders},
        }
        for source in component.sources:
            folder = _folder(source)
            if not any(folder.startswith(root) for root in found):
                found[folder] = f"{component.name}/"
        return cls(tuple(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0]))))

    def name(self, path: str) -> str:
        """The machine-independent name of a file or folder; its path where it is under no root."""
        for folder, name in self.pairs:
            if path.startswith(folder):
                return name + path[len(folder) :]
            if path == folder[:-1]:
                return name
        return path

    def path(self, name: str) -> str:
        """The path of a name; the inverse of `name`."""
        for folder, prefix in self.pairs:
            if prefix and name.startswith(prefix):
                return folder + name[len(prefix) :]
        if name.startswith("/"):
            return name
        return f"{cache.root()}/trees/{name}"

    def flags(self) -> tuple[str, ...]:
        """What tells the compiler."""
        return tuple(f"-ffile-prefix-map={folder}={name}" for folder, name in reversed(self.pairs))


def _folder(source: Source) -> str:
    """The folder that a source's name is relative to, ending in a slash."""
    path = str(source.path)
    return path.removesuffix(source.name) if path.endswith(f"/{source.name}") else f"{source.path.parent}/"
