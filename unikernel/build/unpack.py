"""Unpacking a source archive, with nothing let out of its folder."""

from __future__ import annotations

import lzma
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from unikernel.errors import SourceError

MOST_BYTES = 1 << 30
MOST_FILES = 50_000


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks a tar archive into `folder`: its folders and files, with none of their owners and rights.

    Raises `SourceError` for what is no archive, would leave the folder, holds anything but folders and files, or is
    larger than a source tree can be; `OSError` as the disk gives it.
    """
    left, count = MOST_BYTES, 0
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                left, count = left - member.size, count + 1
                if left < 0 or count > MOST_FILES:
                    raise SourceError(f"{archive}: it unpacks to more than a source tree can be; fetch it again.")
                _extract(tar, member, folder, archive)
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise SourceError(f"{archive}: it is not a whole tar archive ({error}); fetch it again.") from error


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, archive: Path) -> None:
    # By hand: the standard library's filters came with Python 3.11.4, and Debian 12 has 3.11.2.
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise SourceError(f"{archive}: it would write outside its folder ({member.name}); fetch it again.")
    where = folder / path
    if member.isdir():
        where.mkdir(parents=True, exist_ok=True)
        return
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise SourceError(f"{archive}: {member.name} is neither a folder nor a file; fetch it again.")
    where.parent.mkdir(parents=True, exist_ok=True)
    with content, where.open("wb") as file:
        shutil.copyfileobj(content, file)
