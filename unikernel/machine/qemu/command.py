"""The command that starts QEMU: one for a machine that we own, one for a person. Written for 7.2 and 10.0.

QEMU's words stand in this room alone.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from unikernel.errors import Refusal
from unikernel.machine.qemu import sandbox
from unikernel.machine.qemu.devices import attached, texts
from unikernel.machine.qemu.network import nics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unikernel.machine.vmm import Hardware

BINARY: Final = "qemu-system-x86_64"
NAME: Final = "QEMU"

MEMORY_GRAIN_BYTES: Final = 8192
"""QEMU rounds memory up to this; we do it first, so that the file that is the memory has the same size."""

DEBUG_EXIT: Final = "isa-debug-exit,iobase=0xf4,iosize=4"

_MACHINE_TYPES: Final = {
    "microvm": "microvm,x-option-roms=off,rtc=on,pic=off,pit=off,isa-serial=on,acpi=off",
    "q35": "q35,usb=off,vmport=off,smbus=off,sata=off,acpi=off",
}
_DENIALS: Final = {
    sandbox.Denied.OBSOLETE: "obsolete",
    sandbox.Denied.ELEVATE_PRIVILEGES: "elevateprivileges",
    sandbox.Denied.SPAWN: "spawn",
    sandbox.Denied.RESOURCE_CONTROL: "resourcecontrol",
}

DEBUGGER_ID: Final = "debugger"
_STANDALONE_DEBUGGER: Final = "tcp:127.0.0.1:1234"


def binary() -> str:
    """The path of QEMU; raises `Refusal` where there is none."""
    path = shutil.which(BINARY)
    if path is None:
        message = (
            f"QEMU is not installed: there is no {BINARY} on PATH; install it with `apt-get install qemu-system-x86`."
        )
        raise Refusal(message)
    return path


def _hardware(hardware: Hardware, path: str, machine_extra: str = "") -> list[str]:
    """The part of the command that a mapped machine and a stand-alone one share."""
    command = [path, "-M", _MACHINE_TYPES[hardware.machine_type] + machine_extra, "-accel", hardware.accelerator.value]
    command += ["-cpu", "max", "-m", f"size={hardware.memory_bytes // 1024}k"]
    command += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    command += ["-device", DEBUG_EXIT, "-kernel", str(hardware.kernel.absolute())]
    if hardware.command_line:
        command += ["-append", hardware.command_line]
    return command + attached(hardware)


def standalone_command(hardware: Hardware) -> list[str]:
    """One command that a person can paste: the same hardware, the console on standard input and output.

    It has no mapped memory, monitor or limits, so QEMU's exit code is not the machine's status. Raises `Refusal`
    without QEMU, and for a machine that takes secrets or is on a private network.
    """
    if hardware.secrets:
        message = "--print-command: this image takes secrets, which no command can carry; boot it without the option."
        raise Refusal(message)
    command = [*_hardware(hardware, binary()), *nics(hardware, {}), *texts(hardware, {})]
    return [*command, "-S", "-gdb", _STANDALONE_DEBUGGER] if hardware.debugger else command


def mapped_command(
    hardware: Hardware,
    memory_fd: int,
    monitor_fd: int,
    debugger_fd: int = -1,
    text_fds: Mapping[str, int] | None = None,
    nic_fds: Mapping[str, int] | None = None,
) -> list[str]:
    """The command of a machine that we own. It inherits the descriptors; its console is standard input and output.

    Raises `Refusal` without QEMU.
    """
    memory = f"memory-backend-file,id=ram,size={hardware.memory_bytes},mem-path=/proc/self/fd/{memory_fd},share=on"
    denied = ",".join(f"{_DENIALS[denial]}=deny" for denial in sandbox.ALL)
    command = _hardware(hardware, binary(), ",memory-backend=ram")
    command += ["-object", memory, "-sandbox", f"on,{denied}"]
    command += [*nics(hardware, nic_fds or {}), *texts(hardware, text_fds or {})]
    command += ["-chardev", f"socket,id=monitor,fd={monitor_fd}", "-mon", "chardev=monitor,mode=control"]
    if debugger_fd >= 0:
        command += ["-chardev", f"socket,id={DEBUGGER_ID},fd={debugger_fd},server=on,wait=off"]
        command += ["-S", "-gdb", f"chardev:{DEBUGGER_ID}"]
    return command
