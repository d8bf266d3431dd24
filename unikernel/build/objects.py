"""Compiled and preprocessed files, found again by the content of all that decided them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from unikernel.build import cache, stamps
from unikernel.build.components import Component, Source
from unikernel.build.jobs import Jobs
from unikernel.build.roots import Roots
from unikernel.build.toolchain import Toolchain
from unikernel.errors import BuildError
from unikernel.targets import Target

FORMAT = 1
_CLOSURES_KEPT = 8
_ERROR = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?:fatal )?error: (?P<text>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Recipe:
    """How the files of a component are compiled: the flags with paths, and the same without any, for keys."""

    component: Component
    folders: tuple[tuple[str, Path], ...]
    flags: tuple[str, ...]
    names: tuple[str, ...]
    roots: Roots

    @classmethod
    def of(
        cls,
        toolchain: Toolchain,
        target: Target,
        component: Component,
        folders: tuple[tuple[str, Path], ...],
        extra: tuple[str, ...],
    ) -> Recipe:
        """The recipe of a component; `folders` are its generated ones, `extra` goes last."""
        roots = Roots.of(toolchain, component, folders)
        base = toolchain.compile_flags(target, system_headers=component.system_headers)
        includes = [str(path) for path in (*(path for _, path in folders), *component.includes)]
        flags = (*base, *(f"-I{path}" for path in includes), *component.flags, *extra)
        names = (
            toolchain.identity,
            *(roots.name(flag) for flag in base),
            *map(roots.name, includes),
            *component.flags,
            *extra,
        )
        return cls(component, folders, (*flags, *roots.flags()), names, roots)


@dataclass(frozen=True)
class Work:
    """A file that was made or found: where it is, its key, all that was read for it, and whether it was made now."""

    path: Path
    key: str
    read: tuple[str, ...]
    made: bool

    def content(self) -> bytes:
        """The file's bytes."""
        return self.path.read_bytes()


class Objects:
    """The store. Files are hashed once a build."""

    def __init__(self, toolchain: Toolchain, target: Target, jobs: Jobs) -> None:
        """One for each build: it remembers hashes and never looks again."""
        self._toolchain = toolchain
        self._target = target
        self._jobs = jobs
        self._hashes: dict[str, str | None] = {}

    def compiled(self, recipe: Recipe, index: int) -> Work:
        """The object of a source; raises `BuildError` where it does not compile."""
        return self._work(recipe, recipe.component.sources[index], "o")

    def preprocessed(self, recipe: Recipe, index: int) -> Work:
        """The preprocessed text of a source; raises `BuildError` where it cannot be."""
        return self._work(recipe, recipe.component.sources[index], "i")

    def _work(self, recipe: Recipe, source: Source, kind: str) -> Work:
        path = str(source.path)
        name = recipe.roots.name(path)
        first = stamps.key(FORMAT, kind, recipe.names, source.flags, name, self._hash(path))
        note = cache.folder("objects") / first[:2] / f"{first}.json"
        closures = _read(note)
        for closure in closures:
            read = [recipe.roots.path(each) for each in closure]
            if all(self._hash(each) == seen for each, seen in zip(read, closure.values(), strict=True)):
                file = _file(stamps.key(first, closure), kind)
                if file.is_file():
                    return Work(file, file.stem, (path, *read), made=False)
        return self._make(recipe, source, kind, first, note)

    def _make(self, recipe: Recipe, source: Source, kind: str, first: str, note: Path) -> Work:
        """Runs the compiler in a scratch folder, then moves the result to its place."""
        started = time.time_ns()
        with cache.scratch() as scratch:
            output, depends = scratch / "output", scratch / "depends"
            command = self._toolchain.compile if kind == "o" else self._toolchain.preprocess
            flags = (*recipe.flags, *source.flags)
            done = self._jobs.run(command(flags, source.path, output, depends), scratch)
            if done.status:
                cache.check_space(done.errors)
                raise fault(done.errors, source.path)
            # A file that is assembled without the preprocessor reads nothing else.
            read = _dependencies(depends.read_text()) if depends.exists() else []
            closure = {recipe.roots.name(path): self._hash(path) for path in read if path != str(source.path)}
            seen = {each: stamps.signature(each) for each in (str(source.path), *read)}
            changed = stamps.changed_since(seen, started) or any(each is None for each in closure.values())
            # What changed under the compiler's eyes is used now and not kept for later.
            file = _file(stamps.key(first, closure, started) if changed else stamps.key(first, closure), kind)
            with cache.refusing(file):
                file.parent.mkdir(parents=True, exist_ok=True)
                output.replace(file)
        if not changed:
            kept = [closure, *(each for each in _read(note) if each != closure)][:_CLOSURES_KEPT]
            cache.write(note, json.dumps(kept, separators=(",", ":")).encode())
        return Work(file, file.stem, (str(source.path), *read), made=True)

    def _hash(self, path: str) -> str | None:
        if path not in self._hashes:
            try:
                with open(path, "rb") as file:  # noqa: PTH123 - many a build
                    self._hashes[path] = hashlib.sha256(file.read()).hexdigest()[:32]
            except OSError:
                self._hashes[path] = None
        return self._hashes[path]


def fault(errors: str, source: Path) -> BuildError:
    """The compiler's first error as ours, with the line of source."""
    match = _ERROR.search(errors)
    if match is None:
        said = [line for line in errors.splitlines() if "error:" in line] or errors.splitlines()
        return BuildError(said[0].strip() if said else "the compiler ended without a word", file=_shown(str(source)))
    line, column = int(match["line"]), int(match["column"])
    excerpt = None
    try:
        lines = Path(match["file"]).read_text(errors="replace").split("\n")
        excerpt = lines[line - 1] if 0 < line <= len(lines) else None
    except OSError:
        pass
    return BuildError(match["text"], file=_shown(match["file"]), line=line, column=column, excerpt=excerpt)


def _shown(path: str) -> str:
    """The path as one would type it from here."""
    here = f"{os.getcwd()}/"  # noqa: PTH109
    return path.removeprefix(here)


def _file(key: str, kind: str) -> Path:
    return cache.root() / "objects" / key[:2] / f"{key}.{kind}"


def _read(note: Path) -> list[dict[str, str]]:
    try:
        found = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _dependencies(text: str) -> list[str]:
    """The files that a rule of ``make`` names after its colon."""
    _, _, rest = text.replace("\\\n", " ").partition(":")
    words = re.findall(r"(?:\\.|[^\s\\])+", rest)
    return list(dict.fromkeys(re.sub(r"\\(.)", r"\1", word).replace("$$", "$") for word in words))
