"""Debian's kernel for virtual machines and its MicroPython: fetched once by apt, unpacked in the cache, not installed."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from unikernel.build import apt, cache
from unikernel.build.archives import SUITE, accepted
from unikernel.errors import SourceError

PART = "linux"
"""The folder of the cache."""

KERNEL = "linux-image-cloud-amd64"
"""Always the suite's newest; it holds nothing and depends on the package that does."""

RUNTIME = "micropython"
WITHOUT = "--without-linux"

_KERNEL = re.compile(r"^linux-image-(?P<release>\d+\.\d+\.\d+\S*-cloud-amd64)$")


@dataclass(frozen=True)
class Packages:
    """The packages, unpacked to `path`. `release` is the kernel's full name, `version` MicroPython's."""

    path: Path
    release: str
    version: str

    @property
    def kernel(self) -> Path:
        """The kernel, as it is booted."""
        return self.path / f"boot/vmlinuz-{self.release}"

    @property
    def modules(self) -> Path:
        """The folder of the kernel's modules."""
        return self.path / f"usr/lib/modules/{self.release}"

    @property
    def runtime(self) -> Path:
        """MicroPython."""
        return self.path / "usr/bin/micropython"

    @property
    def libraries(self) -> Path:
        """The folder of shared libraries."""
        return self.path / "usr/lib/x86_64-linux-gnu"

    def __str__(self) -> str:
        """What is compared with, in words."""
        return f"Debian's Linux {self.release} with MicroPython {self.version}"


def packages() -> Packages:
    """The packages with our own runtime's version: from the cache, or fetched. The newest kernel comes after a clean.

    Raises `SourceError`, with the cure, where they cannot be had.
    """
    version = accepted(RUNTIME)[0].version
    with cache.locked(PART):
        kept = cached(cache.folder(PART), version)
        if kept is None:
            try:
                kept = _fetch(version)
            except SourceError as error:
                raise SourceError(
                    f"linux: Debian's packages cannot be had ({str(error).rstrip('.')}); connect this machine to a "
                    f"mirror of Debian, or run python -m tests.bench {WITHOUT}."
                ) from error
    return kept


def cached(folder: Path, version: str) -> Packages | None:
    """The newest kernel beside MicroPython `version` in `folder`; None where there is none."""
    ending = f"_{RUNTIME}-{version}"
    found = [path for path in folder.iterdir() if path.name.endswith(ending)]
    if not found:
        return None
    path = max(found, key=lambda path: _numbers(path.name.removesuffix(ending)))
    return Packages(path, path.name.removesuffix(ending), version)


def kernel_release(shown: str) -> str:
    """The release of the kernel that `KERNEL` depends on, from what ``apt-cache show`` says of it."""
    for package in _field(shown, "Depends").split(","):
        if match := _KERNEL.match(package.split("(")[0].strip()):
            return match["release"]
    raise SourceError(f"{SUITE} says of {KERNEL} no kernel that it depends on.")


def upstream_version(shown: str) -> str:
    """The version without Debian's additions, from what ``apt-cache show`` says: 1.25.0 of ``1.25.0+ds-1``."""
    return re.split(r"[+~-]", _field(shown, "Version").rpartition(":")[2])[0]


def closure(listed: str) -> tuple[str, ...]:
    """The packages that ``apt-cache depends --recurse`` names at the beginning of a line; virtual ones are in <>."""
    return tuple(dict.fromkeys(line for line in listed.splitlines() if line and line[0] not in " <|"))


def _fetch(version: str) -> Packages:
    with apt.client("deb") as client, cache.scratch() as folder:
        found = upstream_version(_shown(client, RUNTIME))
        if found != version:
            raise SourceError(f"{SUITE} has {RUNTIME} {found}, and an image has {version}")
        release = kernel_release(_shown(client, KERNEL))
        hard = ("--recurse", "--important", "--no-conflicts", "--no-breaks", "--no-replaces")
        names = closure(client.run("apt-cache", "depends", *hard, RUNTIME))
        client.run("apt-get", "-q", "download", f"linux-image-{release}", *names, folder=folder)
        tree = folder / "tree"
        for package in sorted(folder.glob("*.deb")):
            _unpack(package, tree)
        path = cache.folder(PART) / f"{release}_{RUNTIME}-{version}"
        with cache.refusing(path):
            tree.replace(path)
    return Packages(path, release, version)


def _shown(client: apt.Client, name: str) -> str:
    return client.run("apt-cache", "show", "--no-all-versions", name)


def _field(shown: str, name: str) -> str:
    match = re.search(rf"^{name}: (.*)$", shown, re.MULTILINE)
    if match is None:
        raise SourceError(f"{SUITE} does not say the {name} of a package that is needed.")
    return match[1]


def _unpack(package: Path, folder: Path) -> None:
    command = ("dpkg-deb", "--extract", str(package), str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        cache.check_space(done.stderr)
        raise SourceError(f"{package.name} cannot be unpacked ({done.stderr.strip().splitlines()[-1]})")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))
