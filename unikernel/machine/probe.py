"""Which accelerator to use, tried out: a guest that takes timer interrupts and counts is timed under each.

``/dev/kvm`` may be there and not work: nested, emulated or broken, it dies at the first interrupt or takes many times
as long as TCG. The answer is kept until QEMU, the host's kernel, its processor or its boot is another.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from unikernel.errors import Refusal
from unikernel.machine import accelerator as accelerators
from unikernel.machine.accelerator import AUTO, Accelerator, kvm_lack
from unikernel.machine.process import owned
from unikernel.machine.qemu import command as qemu_command
from unikernel.machine.vmm import Hardware
from unikernel.targets import TARGETS
from unikernel.units import MIB, duration

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_S: Final = 1.0
"""How long the guest may take; under TCG it takes about a tenth of that."""
DONE: Final = 2 * 42 + 1
"""QEMU's exit code when the guest came to its end; see ``kernel_src/probe/probe.S``."""
TARGET: Final = "x86_64-microvm"
MEMORY_BYTES: Final = 8 * MIB
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_PROCESSORS: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Timing:
    """How an accelerator did: the seconds from QEMU's start to its end, or what went wrong, as half a sentence."""

    seconds: float | None
    trouble: str = ""


@dataclass(frozen=True)
class Choice:
    """The accelerator, and why, as one sentence."""

    accelerator: Accelerator
    reason: str


def choose(name: str) -> Accelerator:
    """The accelerator of that name; raises `Refusal` for an unknown one, and for KVM where this host has none to
    use.
    """
    if name == AUTO:
        return choice().accelerator
    names = [*(each.value for each in Accelerator), AUTO]
    if name not in names:
        message = f'accel: there is no accelerator "{name}"; choose one of {", ".join(names)}.'
        raise Refusal(message)
    accelerator = Accelerator(name)
    if accelerator is Accelerator.KVM and (lack := kvm_lack(accelerators.KVM_DEVICE)):
        message = f"accel: KVM is asked for, but {lack}; use tcg, which works everywhere."
        raise Refusal(message)
    return accelerator


def choice() -> Choice:
    """The better accelerator of this host. The first call takes a second or two where KVM hangs, later ones none.

    Raises `Refusal` without QEMU, `BuildError` when the guest does not build.
    """
    if lack := kvm_lack(accelerators.KVM_DEVICE):
        return Choice(Accelerator.TCG, f"TCG, as {lack}.")
    from unikernel.build.guest import guest  # noqa: PLC0415 - a host without KVM needs no guest

    image = guest("probe", TARGETS[TARGET])
    host = this_host()
    kept = image.with_suffix(".json")
    timings = _read(kept, host)
    if timings is None:
        timings = {each: time_of(each, image) for each in Accelerator}
        _write(kept, host, timings)
    return decide(timings[Accelerator.TCG], timings[Accelerator.KVM])


def decide(tcg: Timing, kvm: Timing) -> Choice:
    """KVM where it came to the end, and before TCG; else TCG, which needs nothing of the host."""
    if kvm.seconds is None:
        return Choice(Accelerator.TCG, f"TCG, as KVM failed its probe: {kvm.trouble}.")
    if tcg.seconds is None:
        return Choice(Accelerator.KVM, f"KVM, as TCG failed its probe: {tcg.trouble}.")
    first, second = (("KVM", kvm), ("TCG", tcg)) if kvm.seconds < tcg.seconds else (("TCG", tcg), ("KVM", kvm))
    took = f"its probe took {duration(first[1].seconds or 0)}, {second[0]}'s {duration(second[1].seconds or 0)}"
    return Choice(Accelerator[first[0]], f"{first[0]}, as {took}.")


def time_of(accelerator: Accelerator, image: Path) -> Timing:
    """Run the guest once, with the hardware that a machine would have."""
    hardware = Hardware(TARGETS[TARGET].machine_type, image, MEMORY_BYTES, "", accelerator)
    command = owned(qemu_command.standalone_command(hardware))
    started = time.monotonic()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return Timing(None, f"it took longer than {duration(LIMIT_S)}")
    seconds = time.monotonic() - started
    if done.returncode != DONE:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = lines[0].removeprefix(f"{qemu_command.BINARY}: ").removeprefix("error: ").rstrip(".") if lines else ""
        return Timing(None, said or "QEMU ended without its answer")
    return Timing(seconds)


def this_host() -> dict[str, Any]:
    """All that the answer depends on; a new QEMU is seen by its file, which is there at once, unlike its version."""
    path = Path(qemu_command.binary())
    status = path.stat()
    system = os.uname()
    return {
        "qemu": [str(path.resolve()), status.st_size, status.st_mtime_ns],
        "kernel": [system.release, system.version],
        "processor": _first_line(_PROCESSORS, "model name"),
        "boot": _first_line(_BOOT_ID),
    }


def _first_line(path: Path, beginning: str = "") -> str:
    with contextlib.suppress(OSError):
        return next((line for line in path.read_text().splitlines() if line.startswith(beginning)), "")
    return ""


def _read(path: Path, host: Mapping[str, Any]) -> dict[Accelerator, Timing] | None:
    """What was measured before on this very host; None where it was not."""
    with contextlib.suppress(OSError, ValueError, TypeError, LookupError):
        data = json.loads(path.read_text())
        if data["host"] == host:
            return {each: Timing(**data["timings"][each.value]) for each in Accelerator}
    return None


def _write(path: Path, host: Mapping[str, Any], timings: Mapping[Accelerator, Timing]) -> None:
    """Keep it, where that can be; without, the next boot measures again."""
    data = {"host": host, "timings": {each.value: asdict(timing) for each, timing in timings.items()}}
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with contextlib.suppress(OSError):
        partial.write_text(json.dumps(data))
        partial.replace(path)
