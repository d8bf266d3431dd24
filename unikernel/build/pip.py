"""pip, which finds and fetches packages, run as a program of this Python.

pip refuses an archive of sources that does not say how it is built, which old packages for MicroPython do not. So it
runs below a few lines that keep a copy of every archive it opens; pip itself is as it is, and asks the index, the
mirror or the folder that it is configured for.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from unikernel.build import cache
from unikernel.errors import Refusal

SECONDS = 600
_KEEPING = """
import runpy, shutil, sys, tarfile
folder, really = sys.argv.pop(1), tarfile.open
def kept(name=None, *arguments, **options):
    if isinstance(name, str):
        shutil.copy(name, folder)
    return really(name, *arguments, **options)
tarfile.open = kept
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
_OPTIONS = ("--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", "off", "--retries", "2")
_NOT_BUILT = re.compile(
    r"does not appear to be a Python project|metadata-generation-failed|subprocess-exited-with-error|"
    r"install-build-system-dependencies|Cannot import|BackendUnavailable"
)
_UNREACHED = re.compile(r"Retrying \(|Could not fetch URL|Connection|Temporary failure|Max retries")
_VERSIONS = re.compile(r"Could not find a version that satisfies the requirement (.+?) \(from versions: ([^)]*)\)")
_CONFLICT = re.compile(r"ResolutionImpossible|conflicting dependencies")


@dataclass(frozen=True)
class Ended:
    """A run of pip that ended: its status, and all that it said."""

    status: int
    said: str

    @property
    def not_built(self) -> bool:
        """True where an archive of sources does not say how it is built, or cannot be."""
        return _NOT_BUILT.search(self.said) is not None

    @property
    def another_hash(self) -> bool:
        """True where what the index has is not what was asked for."""
        return "DO NOT MATCH THE HASHES" in self.said

    def refusal(self, asked: str) -> Refusal:
        """What went wrong, in one sentence."""
        if "No module named pip" in self.said:
            return Refusal(f"packages: this Python has no pip; run {sys.executable} -m ensurepip.")
        match = _VERSIONS.search(self.said)
        if match and match[2] != "none":
            spec = re.sub(r"\s+\(from .*", "", match[1])
            have = match[2].split(", ")
            return Refusal(f"{spec}: there is no such version; the newest are {', '.join(have[-3:])}.")
        if _UNREACHED.search(self.said):
            return Refusal(f"{asked}: the package index cannot be reached; connect, or see pip config list.")
        if match:
            spec = re.sub(r"\s+\(from .*", "", match[1])
            return Refusal(f"{spec}: the package index has no such package; check its name.")
        if _CONFLICT.search(self.said):
            return Refusal(f"packages: {asked} require versions that exclude each other; choose other versions.")
        errors = [line for line in self.said.splitlines() if line.startswith("ERROR: ")]
        last = re.sub(r"\s*\(?(from )?[a-z]+://\S+", "", errors[0].removeprefix("ERROR: ")) if errors else "no word"
        return Refusal(f"{asked}: pip fails with {last.rstrip('.')!r}; choose another version.")


def run(folder: Path, kept: Path, *arguments: str) -> Ended:
    """Runs pip in `folder`; archives of sources that it opens are copied into `kept`."""
    command = [sys.executable, "-P", "-c", _KEEPING, str(kept), arguments[0], *_OPTIONS, *arguments[1:]]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal(f"packages: pip does not come to an end in {SECONDS} s; see pip config list.") from error
    cache.check_space(done.stdout)
    return Ended(done.returncode, done.stdout)
