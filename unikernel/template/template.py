"""A template as a value: its files, what it must answer, and the project that it makes."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from unikernel.errors import Refusal
from unikernel.project import Project
from unikernel.template import beginning
from unikernel.template.boot import Boot

FILE = "template.toml"
_FOLDER = Path(__file__).parent.with_name("templates")
_MADE = ("build", "disks", "__pycache__")
"""Folders that a template gets when somebody works in it; no part of it."""


@dataclass(frozen=True)
class Template:
    """A project to begin with: its name, one line about what it shows, and what its boots must answer."""

    name: str
    summary: str
    boots: tuple[Boot, ...]
    repositories: tuple[str, ...] = ()
    """Folders that become git repositories of one commit."""
    certificate: tuple[str, ...] = ()
    """The hosts and addresses for which it gets a certificate and a key of its own; none: it needs none."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The project's files by relative path."""
        folder = _FOLDER / self.name
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _walk(folder)}

    def make(self, folder: Path) -> Project:
        """A new project of it; raises `Refusal`, and leaves nothing, if `folder` exists already or cannot be made."""
        Project.create(folder)
        try:
            self._fill(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Project.load(folder)

    def _fill(self, folder: Path) -> None:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in self.repositories:
            beginning.repository(folder / name)
        if self.certificate:
            beginning.certificate(folder, self.certificate)


def templates() -> tuple[Template, ...]:
    """Every template, by name."""
    return tuple(_read(path.parent) for path in sorted(_FOLDER.glob(f"*/{FILE}")))


def template_named(name: str, place: str) -> Template:
    """The template of that name; raises `Refusal`, naming `place`, when there is none."""
    known = {each.name: each for each in templates()}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 1, 0.5)
    cure = f'did you mean "{near[0]}"?' if near else "unikernel new --list lists them."
    raise Refusal(f'{place}: there is no template "{name}"; {cure}')


def _read(folder: Path) -> Template:
    data = tomllib.loads((folder / FILE).read_text())
    boots = tuple(map(Boot.read, data["boots"]))
    extra = {key: tuple(data[key]) for key in ("repositories", "certificate") if key in data}
    return Template(folder.name, data["summary"], boots, **extra)


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name == FILE or path.name in _MADE:
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path
