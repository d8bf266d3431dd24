"""Copies the files of a filesystem into a folder."""

import os

import vfs

FOLDER = 0x4000


def copy(source: vfs.VfsRom, to: str, folder: str = "/") -> None:
    """Every file under `folder` of `source`, which is not mounted."""
    for name, kind, *_ in source.ilistdir(folder):
        path = folder + name
        if kind == FOLDER:
            os.mkdir(to + path)  # noqa: PTH102 - no pathlib
            copy(source, to, f"{path}/")
        else:
            with open(to + path, "wb") as file:  # noqa: PTH123
                file.write(source.open(path, "rb").read())
