"""Unpacking a source archive, with nothing let out of its folder."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from pathlib import Path

from unikernel.errors import SourceError

MOST_BYTES = 1 << 30
MOST_FILES = 50_000


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks a tar archive into `folder`.

    Raises `SourceError` for what is no archive, would leave the folder, or is larger than a source tree can be;
    `OSError` as the disk gives it.
    """
    try:
        with tarfile.open(archive) as tar:
            members = []
            left = MOST_BYTES
            for member in tar:
                left -= member.size
                members.append(member)
                if left < 0 or len(members) > MOST_FILES:
                    raise SourceError(f"{archive}: it unpacks to more than a source tree can be; fetch it again.")
            tar.extractall(folder, members, filter="data")
    except tarfile.FilterError as error:
        raise SourceError(f"{archive}: it would write outside its folder ({error}); fetch it again.") from error
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise SourceError(f"{archive}: it is not a whole tar archive ({error}); fetch it again.") from error
