"""The app of a stack: Python source and data files, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unikernel.errors import Refusal
from unikernel.units import MIB, file_size

MAIN = "main.py"
MOST_BYTES = 64 * MIB
_SKIPPED = {"build", "disks", "__pycache__", "unikernel.toml", "packages.lock"}


@dataclass(frozen=True)
class App:
    """Files by relative path with forward slashes, of which ``main.py`` runs; `origin` is the folder they came from."""

    files: Mapping[str, bytes]
    origin: Path | None = field(default=None, compare=False)

    @classmethod
    def from_text(cls, source: str) -> App:
        """An app of one file, ``main.py``."""
        return cls({MAIN: source.encode()})

    @classmethod
    def from_folder(cls, folder: Path | str, without: Collection[str] = ()) -> App:
        """Every file under `folder` but ``build/``, ``disks/``, ``unikernel.toml``, ``packages.lock`` and dotted names.

        `without` are folders that are no part of it either, relative to it.
        Raises `Refusal` when there is no ``main.py``, a link leads out of the folder, a file cannot be read, or all
        are more than 64 MiB.
        """
        folder = Path(folder)
        if not (folder / MAIN).is_file():
            raise Refusal(
                f"{folder}: there is no {MAIN}; write the app there, or make a project with unikernel new DIR."
            )
        files: dict[str, bytes] = {}
        left = MOST_BYTES
        for path in _walk(folder, folder.resolve(), {folder / each for each in without}):
            try:
                content = path.read_bytes()
            except OSError as error:
                raise Refusal(f"{path}: it cannot be read ({error.strerror}); mend its rights or remove it.") from error
            left -= len(content)
            if left < 0:
                raise Refusal(f"{folder}: the app's files are more than {file_size(MOST_BYTES)}; move data out of it.")
            files[path.relative_to(folder).as_posix()] = content
        return cls(files, folder)

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents, in hexadecimal."""
        total = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            total.update(f"{name}\0{len(content)}\0".encode())
            total.update(content)
        return total.hexdigest()


def _walk(folder: Path, root: Path, without: Collection[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in _SKIPPED or path.name.startswith(".") or path in without:
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise Refusal(f"{path}: the link leads out of the app's folder; copy what it points to.")
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root, without)
        elif path.is_file():
            yield path
