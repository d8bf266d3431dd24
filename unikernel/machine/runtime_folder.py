"""The runtime folder, in which what is about running machines lies, and whether who wrote that still lives."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from unikernel.errors import Refusal

_START_TIME_FIELD: Final = 19  # of /proc/PID/stat, counted behind the command's closing parenthesis


def runtime_folder(*, make: bool = True) -> Path:
    """``$XDG_RUNTIME_DIR/unikernel``, else a private folder among the temporary ones. Raises `Refusal` when it is not
    ours alone.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "unikernel" if base else Path(tempfile.gettempdir()) / f"unikernel-{os.getuid()}"
    if not make and not folder.exists():
        return folder
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()
    except OSError as error:
        message = f"{folder} cannot be made ({error.strerror}); set XDG_RUNTIME_DIR to a folder of your own."
        raise Refusal(message) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        message = f"{folder} is not a folder that only you can write to; remove it, or set XDG_RUNTIME_DIR to a folder of your own."
        raise Refusal(message)
    return folder


def process_started(pid: int) -> int | None:
    """When a process started, in clock ticks since the host's boot; None where there is no such process, or only its
    remains.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if fields[0] in b"ZX" else int(fields[_START_TIME_FIELD])
    except (OSError, IndexError, ValueError):
        return None
