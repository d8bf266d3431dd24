"""``packages.lock``: the files that a stack's packages became, each by name, version and hash, without any address."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from unikernel.errors import Refusal
from unikernel.stack import toml

FILE = "packages.lock"
_HEAD = (
    "# What the packages in unikernel.toml are, to the byte. Written by unikernel build when they change; keep it.\n"
)
_TEXTS = ("name", "version", "file", "sha256")


@dataclass(frozen=True)
class Locked:
    """One file of one package, the stack's own or one that it requires."""

    name: str
    version: str
    file: str
    sha256: str

    def __str__(self) -> str:
        """As pip takes it."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Lock:
    """What was asked for, and the files that it became."""

    packages: tuple[str, ...]
    files: tuple[Locked, ...]

    def text(self) -> str:
        """The file's text, the same for the same lock."""
        lines = [_HEAD, f"packages = [{', '.join(map(toml, self.packages))}]"]
        for each in sorted(self.files, key=lambda each: each.name.lower()):
            lines += ["", "[[file]]", *(f"{key} = {toml(getattr(each, key))}" for key in _TEXTS)]
        return "\n".join(lines) + "\n"


def read(path: Path) -> Lock | None:
    """The lock at `path`, None where there is none; raises `Refusal` for one that is damaged."""
    cure = "remove it, and unikernel build writes it anew."
    try:
        data = tomllib.loads(path.read_bytes().decode())
        packages = tuple(str(each) for each in data["packages"])
        files = tuple(Locked(**{key: str(table[key]) for key in _TEXTS}) for table in data.get("file", ()))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refusal(f"{path}: it cannot be read ({(error.strerror or '').lower()}); mend its rights.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, LookupError, TypeError) as error:
        raise Refusal(f"{path}: it is no lock of packages; {cure}") from error
    for each in files:
        if not re.fullmatch(r"[0-9a-f]{64}", each.sha256) or Path(each.file).name != each.file:
            raise Refusal(f"{path}: the entry of {each} is damaged; {cure}")
    return Lock(packages, files)
