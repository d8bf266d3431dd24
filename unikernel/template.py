"""Templates: small projects to begin with and to learn from, each with the answer that it must give.

A template is a folder of ``templates/``: the files of a project, and ``template.toml``, which says what it shows and
what its machine prints, boot by boot. The tests hold every template to it.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from unikernel.errors import Refusal
from unikernel.project import Project

FILE = "template.toml"
_FOLDER = Path(__file__).with_name("templates")
_WHO = {"NAME": "unikernel", "EMAIL": "gallery@unikernel.invalid", "DATE": "2026-01-01T00:00:00+0000"}
_MADE = ("build", "disks", "__pycache__")
"""Folders that a template gets when somebody works in it; no part of it."""


@dataclass(frozen=True)
class Boot:
    """One boot of a template's machine, after those before it, on the same disks.

    `expect` are regular expressions, each of a whole line that the machine prints, in that order; `set` are the
    parameters that the boot sets, `secret` those that nobody may see, in hexadecimal.
    """

    expect: tuple[str, ...]
    set: Mapping[str, str] = field(default_factory=dict, hash=False)
    secret: Mapping[str, str] = field(default_factory=dict, hash=False)
    status: int = 0

    @property
    def parameters(self) -> dict[str, str | bytes]:
        """All that the boot is given."""
        return {**self.set, **{key: digits.encode() for key, digits in self.secret.items()}}


@dataclass(frozen=True)
class Template:
    """A project to begin with: its name, one line about what it shows, and what its boots must answer."""

    name: str
    summary: str
    boots: tuple[Boot, ...]
    repositories: tuple[str, ...] = ()
    """Folders that become git repositories of one commit, its id the same wherever it is made."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The project's files by relative path."""
        folder = _FOLDER / self.name
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _walk(folder)}

    def make(self, folder: Path) -> Project:
        """A new project of it; raises `Refusal` if `folder` exists already or cannot be made."""
        Project.create(folder)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in self.repositories:
            _commit(folder / name)
        return Project.load(folder)


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
    boots = (Boot(**{**each, "expect": tuple(each["expect"])}) for each in data["boots"])
    return Template(folder.name, data["summary"], tuple(boots), tuple(data.get("repositories", ())))


def _commit(folder: Path) -> None:
    """Makes `folder` a git repository; raises `Refusal` where git cannot."""
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _WHO.items()}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = {**kept, **who, "LC_ALL": "C", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Begin.")):
        try:
            subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True)
        except FileNotFoundError as error:
            raise Refusal(f"{folder}: it begins as a git repository, and there is no git here; install it.") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            raise Refusal(f"{folder}: git cannot make it a repository ({said[-1] if said else words[0]}).") from error


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name == FILE or path.name in _MADE:
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path
