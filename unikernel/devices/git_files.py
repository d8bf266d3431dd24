"""The tree of a git reference, inside the image."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.devices.rom_files import RomFiles
from unikernel.interfaces import Files


@dataclass(frozen=True, kw_only=True)
class GitFiles(Device, Files):
    """The files of a git branch, tag or commit, as they are when the image is built; read-only, inside the image.

    The manifest names the commit, as the version of a component of the device's name. What is not committed is not
    there. Source: git, ``gitrevisions(7)``; MicroPython 1.25, ``extmod/vfs_rom.c``.
    """

    kind: ClassVar[str] = "storage"
    source: ClassVar[str] = "micropython/git_files.c"

    files: RomFiles | None = None
    repository: str = parameter(".", "the repository's folder, from the project", host=True, at_build=True)
    reference: str = parameter("HEAD", "a branch, a tag or a commit", host=True, at_build=True)
    mount_point: str = parameter("/git", "where the tree appears in the machine's file system")
