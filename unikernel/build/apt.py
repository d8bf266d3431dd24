"""The distribution's archive, through its own client.

A private apt root, thrown away afterwards, lists the sources of one suite, or its packages, from the mirror that apt
has configured here; nothing of it is installed and no right is needed. A source that is downloaded is held to the
hash in our own table, so the list only has to give an address; a package to that of the list, which is signed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unikernel.build import cache
from unikernel.build.archives import SUITE, Archive
from unikernel.errors import SourceError

HELPER = "/usr/lib/apt/apt-helper"
KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
)
Kind = Literal["deb-src", "deb"]
"""What a client lists: sources, or packages."""

_URI = re.compile(r"^'(?P<uri>[^']+)' (?P<file>\S+) \d+ SHA256:(?P<sha256>[0-9a-f]{64})$", re.MULTILINE)
_SOURCE = re.compile(r"(mirror\+file:|mirror\+https?:|https?:|file:|copy:)\S+")
_KEPT = re.compile(r"^Acquire::(https?|ftp|Retries|ForceIPv[46])\b.*", re.MULTILINE)
_LEAVE = re.compile(r"-security/?$|/security\.")


@dataclass(frozen=True)
class Client:
    """apt with a root of its own."""

    folder: Path

    def run(self, *command: str, folder: Path | None = None) -> str:
        """Standard output of an apt command, run in `folder`; raises `SourceError` with apt's own last word."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "APT_CONFIG": str(self.folder / "apt.conf")}
        return _run(command, environment, folder)

    def addresses(self, package: str) -> dict[str, str]:
        """Addresses by SHA-256 of the files of the suite's source package."""
        listed = self.run("apt-get", "-q", "source", "--print-uris", "--only-source", package)
        return {match["sha256"]: match["uri"] for match in _URI.finditer(listed)}

    def download(self, uri: str, archive: Archive, to: Path) -> None:
        """Fetches one file; apt's helper checks the hash as it comes."""
        self.run(HELPER, "download-file", uri, str(to), f"SHA256:{archive.sha256}")


@contextmanager
def client(kind: Kind = "deb-src") -> Iterator[Client]:
    """A client whose list of sources, or of packages for x86_64, is up to date.

    Raises `SourceError` where apt, mirror, keys or network are missing.
    """
    for tool in ("apt-get", "apt-config"):
        if not shutil.which(tool):
            raise SourceError(f"apt: there is no {tool} on this machine.")
    if not Path(HELPER).exists():
        raise SourceError(f"apt: there is no {HELPER} on this machine.")
    with cache.scratch() as folder:
        mirrors = _mirrors()
        faults = []
        for mirror in mirrors:
            found = Client(folder)
            try:
                _prepare(folder, mirror, kind)
                found.run("apt-get", "-q", "update", "-o", "APT::Update::Error-Mode=any")
            except SourceError as error:
                faults.append(str(error))
                continue
            yield found
            return
        raise SourceError(faults[-1] if faults else "apt: no mirror of the distribution is configured on this machine.")


def fetch(archive: Archive, to: Path) -> None:
    """Downloads `archive` to the file `to`; raises `SourceError` in a clause that can follow "the distribution:"."""
    with client() as apt:
        uri = apt.addresses(archive.package).get(archive.sha256)
        if uri is None:
            raise SourceError(f"{SUITE} no longer has {archive.file} with the hash {archive.sha256[:12]}…")
        apt.download(uri, archive, to)


def _mirrors() -> list[str]:
    """Addresses that apt has configured, the likeliest to carry the suite first."""
    # Without ReleaseInfo it names what is configured, also where no list was ever fetched, as in a bare container.
    command = ("apt-get", "indextargets", "-o", "APT::Get::IndexTargets::ReleaseInfo=false", "--format", "$(REPO_URI)")
    listed = _run((*command, "Created-By: Packages"), dict(os.environ))
    found = [line for line in dict.fromkeys(listed.split()) if _SOURCE.fullmatch(line) and not _LEAVE.search(line)]
    return sorted(found, key=lambda uri: not re.search(r"/debian/?$", uri))[:3]


def _prepare(root: Path, mirror: str, kind: Kind) -> None:
    """The files of a private root. The system's proxies and passwords stay in force."""
    for part in (
        *("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "etc/apt/sources.list.d"),
        *("var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg"),
    ):
        (root / part).mkdir(parents=True, exist_ok=True)
    (root / "var/lib/dpkg/status").touch()
    keyring = next((path for path in KEYRINGS if Path(path).exists()), None)
    if keyring is None:
        raise SourceError("apt: the archive's keys are missing; install the package debian-archive-keyring.")
    (root / "etc/apt/sources.list").write_text(f"{kind} [signed-by={keyring}] {mirror} {SUITE} main\n")
    settings = [match.group() for match in _KEPT.finditer(_run(("apt-config", "dump"), dict(os.environ)))]
    settings += [
        f'Dir "{root}";',
        f'Dir::State::status "{root}/var/lib/dpkg/status";',
        'Dir::Etc::netrc "/etc/apt/auth.conf";',
        'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
        f'APT::Sandbox::User "{"root" if os.geteuid() == 0 else ""}";',
        'Acquire::Languages "none";',
        'Acquire::http::Timeout "30";',
    ]
    if kind == "deb":
        settings += ['APT::Architecture "amd64";', 'APT::Architectures { "amd64"; };']
    (root / "apt.conf").write_text("\n".join(settings) + "\n")


def _run(command: tuple[str, ...], environment: dict[str, str], folder: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SourceError(f"apt: {command[0]} does not start ({(error.strerror or '').lower()}).") from error
    if done.returncode:
        said = [
            line for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "Err"))
        ] or done.stderr.splitlines()
        word = re.sub(r"^[EW]:\s*", "", said[0]).strip().rstrip(".") if said else f"status {done.returncode}"
        raise SourceError(f"apt: {word}.")
    return done.stdout
