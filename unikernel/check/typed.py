"""Types, by mypy in a process of its own: against upstream's stubs of the runtime's version, and ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from unikernel.build import cache
from unikernel.build.bytecode import Source
from unikernel.build.components import KERNEL_SRC
from unikernel.build.shelf import Shelf, own
from unikernel.build.step import Progress
from unikernel.check import stubs
from unikernel.check.finding import Finding
from unikernel.errors import Refusal

WANTED = "unikernel[check]"
SECONDS = 300
_LINE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+):(?P<column>\d+): error: (?P<text>.*?)(?:  \[(?P<rule>[\w-]+)\])?$")
_OPTIONS = (
    "--config-file=",
    "--python-version=3.11",
    "--platform=linux",
    "--no-site-packages",
    "--check-untyped-defs",
    "--follow-imports=silent",
    "--disable-error-code=var-annotated",  # an app without annotations is an app, too
    "--ignore-missing-imports",  # the build itself tells what is missing
    "--show-column-numbers",
    "--show-error-codes",
    "--no-error-summary",
    "--no-color-output",
    "--no-pretty",
    "--hide-error-context",
)


def found(sources: Iterable[Source], shelves: tuple[Shelf, ...], progress: Progress) -> list[Finding]:
    """What mypy finds in the app's files; raises `Refusal` where there is no mypy, or it fails itself."""
    if find_spec("mypy") is None:
        raise Refusal(f"check: mypy is not installed; pip install '{WANTED}'.")
    folder = stubs.folder(progress)
    with cache.scratch() as scratch:
        app = scratch / "app"
        paths = []
        for number, shelf in enumerate((*shelves, own())):
            _write(scratch / str(number), _untyped(shelf, folder / stubs.LIBRARY))
            paths.append(str(scratch / str(number)))
        paths += [str(folder / stubs.RUNTIME), str(KERNEL_SRC / "stubs")]
        _write(app, ((source.name, source.raw) for source in sources))
        command = [
            *(sys.executable, "-m", "mypy", *_OPTIONS),
            *("--custom-typeshed-dir", str(folder / stubs.LIBRARY)),
            *("--cache-dir", str(cache.folder("stubs") / "mypy")),
            *(source.name for source in sources if not source.name.startswith("lib/")),
        ]
        said = _run(command, app, {"MYPYPATH": ":".join([*paths, str(app / "lib")])})
    matches = (_LINE.match(line) for line in said.splitlines())
    return [
        Finding(m["file"], int(m["line"]), int(m["column"]), "error", _sentence(m["text"]), m["rule"] or "mypy")
        for m in matches
        if m is not None and not m["file"].startswith(("/", ".."))
    ]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _untyped(shelf: Shelf, library: Path) -> Iterator[tuple[str, bytes]]:
    """The modules of a shelf, but for those that the stubs have, such as typing."""
    for path, raw in shelf.files.items():
        if not any(
            (library / "stdlib" / f"{path.partition('/')[0].removesuffix('.py')}{end}").exists() for end in ("", ".pyi")
        ):
            yield path, raw


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal(f"check: mypy does not come to an end in {SECONDS} s; split the app's files.") from error
    if done.returncode not in (0, 1):
        cache.check_space(done.stderr)
        last = ([line for line in (done.stdout + done.stderr).splitlines() if line.strip()] or ["no word"])[-1]
        raise Refusal(f"check: mypy fails with {last.rstrip('.')!r}; pip install --upgrade '{WANTED}'.")
    return done.stdout


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    folder.mkdir(exist_ok=True)
    for name, raw in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
