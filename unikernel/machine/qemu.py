"""QEMU: with `qemu_monitor.py` the only place for its words. Written for 7.2 and 10.0.

The machine's memory is a memfd that we also map, so that its records can be read while it runs and after it has died.
Console and monitor are inherited descriptors. So nothing lies in a folder, and nothing is left when anything dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import shutil
import signal
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from unikernel.devices.attachment import VIRTIO, Ports, RandomSource, SerialLine, WatchdogTimer
from unikernel.errors import Refusal, VmmError
from unikernel.machine import aio, sandbox
from unikernel.machine.process import Process
from unikernel.machine.qemu_monitor import WATCHDOG, Monitor, counts
from unikernel.machine.vmm import Channel, Drive, EndKind, Hardware, Session, VmmEnd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from unikernel.machine.metrics import DriveCounts

BINARY: Final = "qemu-system-x86_64"
NAME: Final = "QEMU"

MEMORY_GRAIN_BYTES: Final = 8192
"""QEMU rounds memory up to this; we do it first, so that the memfd has the same size."""

CONSOLE_ID: Final = "console"
DEBUG_EXIT: Final = "isa-debug-exit,iobase=0xf4,iosize=4"

_MACHINE_TYPES: Final = {
    "microvm": "microvm,x-option-roms=off,rtc=on,pic=off,pit=off,isa-serial=on,acpi=off",
    "q35": "q35,usb=off,vmport=off,smbus=off,sata=off,acpi=off",
}
_VIRTIO: Final = {"microvm": "virtio-{}-device", "q35": "virtio-{}-pci,disable-legacy=on"}
"""The devices by the transport of each machine type."""

_DENIALS: Final = {
    sandbox.Denied.OBSOLETE: "obsolete",
    sandbox.Denied.ELEVATE_PRIVILEGES: "elevateprivileges",
    sandbox.Denied.SPAWN: "spawn",
    sandbox.Denied.RESOURCE_CONTROL: "resourcecontrol",
}

DEBUGGER_ID: Final = "debugger"
_STANDALONE_DEBUGGER: Final = "tcp:127.0.0.1:1234"

_STDIO: Final = f"stdio,id={CONSOLE_ID},signal=off"


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
    virtio = hardware.drives or any(isinstance(each, VIRTIO) for each in hardware.attachments)
    if virtio and hardware.machine_type == "microvm":
        command += ["-global", "virtio-mmio.force-legacy=false"]
    for drive in hardware.drives:
        command += _drive(drive, hardware.machine_type)
    for each in hardware.attachments:
        if isinstance(each, RandomSource):
            device = f"{_VIRTIO[hardware.machine_type].format('rng')},rng=random.{each.name}"
            command += ["-object", f"rng-builtin,id=random.{each.name}", "-device", device]
        elif isinstance(each, WatchdogTimer):
            command += ["-device", "ib700", "-action", "watchdog=pause"]
    return command


def _texts(hardware: Hardware, descriptors: Mapping[str, int]) -> list[str]:
    """The console on standard input and output, its break and the channels on `descriptors`, or on nothing; and what
    carries them.

    A virtserialport holds output back while nobody reads, where QEMU's virtconsole drops it; but it also drops all output
    once its input has ended, as standard input may have from the start.
    """
    port = {CONSOLE_ID: "virtserialport" if descriptors else "virtconsole"}
    words = ["-chardev", _STDIO]
    serial = [] if hardware.console else ["-serial", f"chardev:{CONSOLE_ID}"]
    for name in (*hardware.channels, *_breaks(hardware)):
        back_end = f"socket,id=text.{name},fd={descriptors[name]}" if name in descriptors else f"null,id=text.{name}"
        words += ["-chardev", back_end]
    for each in hardware.attachments:
        if isinstance(each, SerialLine):
            serial = ["-serial", f"chardev:{_text_id(hardware, each.name)}"]
        elif isinstance(each, Ports):
            names = [each.name, *each.channels, *([each.breaks] if each.name == hardware.console else [])]
            device = _VIRTIO[hardware.machine_type].format("serial")
            # Port 0 is a virtconsole's, and else stays empty.
            words += ["-device", f"{device},id=ports.{each.name},max_ports={len(names) + 1}"]
            for name in names:
                end = _text_id(hardware, name)
                kind = port.get(end, "virtserialport")
                words += ["-device", f"{kind},bus=ports.{each.name}.0,chardev={end},name={name}"]
    return [*words, *serial]


def _text_id(hardware: Hardware, name: str) -> str:
    return CONSOLE_ID if name == hardware.console else f"text.{name}"


def _breaks(hardware: Hardware) -> tuple[str, ...]:
    """The port for breaks of the console, where it is not a serial port."""
    ports = [each for each in hardware.attachments if isinstance(each, Ports)]
    return tuple(each.breaks for each in ports if each.name == hardware.console)


def _back_end(drive: Drive, node: str) -> list[str]:
    """A disk's file, held by us, or whoever serves it."""
    disk, words = drive.disk, []
    access = "on" if disk.read_only else "off"
    if drive.serve is not None:
        server = f"server.type=fd,server.str={drive.fd}"
        return ["-blockdev", f"driver=nbd,node-name={node},read-only={access},{server}"]
    file = str(drive.path.absolute())
    if drive.fd >= 0:
        words += ["-add-fd", f"fd={drive.fd},set={drive.fd}"]
        file = f"/dev/fdset/{drive.fd}"
    file = file.replace(",", ",,")
    words += ["-blockdev", f"driver=raw,node-name={node},read-only={access},discard=unmap,file.driver=file"]
    words[-1] += f",file.filename={file},file.locking=off,file.discard=unmap,file.aio={aio.choose(disk.aio)}"
    return words


def _drive(drive: Drive, machine_type: str) -> list[str]:
    """A disk: its back end, perhaps a limit of its rate, and the device that carries its serial."""
    disk, node = drive.disk, f"disk.{drive.disk.serial}"
    words = _back_end(drive, node)
    if disk.operations_per_second or disk.bytes_per_second:
        limits = f"x-iops-total={disk.operations_per_second},x-bps-total={disk.bytes_per_second}"
        words += ["-object", f"throttle-group,id=rate.{disk.serial},{limits}"]
        words += [
            "-blockdev",
            f"driver=throttle,node-name=rated.{disk.serial},throttle-group=rate.{disk.serial},file={node}",
        ]
        node = f"rated.{disk.serial}"
    # The machine hears of every error; else QEMU would hold it still while the host's disk is full, and say so to nobody.
    errors = "werror=report,rerror=report"
    return [*words, "-device", f"{_VIRTIO[machine_type].format('blk')},drive={node},serial={disk.serial},{errors}"]


def standalone_command(hardware: Hardware) -> list[str]:
    """One command that a person can paste: the same hardware, the console on standard input and output.

    It has no mapped memory, monitor or limits, so QEMU's exit code is not the machine's status. Raises `Refusal`
    without QEMU, and for a machine that takes secrets.
    """
    if hardware.secrets:
        message = "--print-command: this image takes secrets, which no command can carry; boot it without the option."
        raise Refusal(message)
    command = [*_hardware(hardware, binary()), *_texts(hardware, {})]
    return [*command, "-S", "-gdb", _STANDALONE_DEBUGGER] if hardware.debugger else command


def mapped_command(
    hardware: Hardware,
    memory_fd: int,
    monitor_fd: int,
    debugger_fd: int = -1,
    text_fds: Mapping[str, int] | None = None,
) -> list[str]:
    """The command of a machine that we own. It inherits the descriptors; its console is standard input and output.

    Raises `Refusal` without QEMU.
    """
    memory = f"memory-backend-file,id=ram,size={hardware.memory_bytes},mem-path=/proc/self/fd/{memory_fd},share=on"
    denied = ",".join(f"{_DENIALS[denial]}=deny" for denial in sandbox.ALL)
    command = _hardware(hardware, binary(), ",memory-backend=ram")
    command += ["-object", memory, "-sandbox", f"on,{denied}"]
    command += _texts(hardware, text_fds or {})
    command += ["-chardev", f"socket,id=monitor,fd={monitor_fd}", "-mon", "chardev=monitor,mode=control"]
    if debugger_fd >= 0:
        command += ["-chardev", f"socket,id={DEBUGGER_ID},fd={debugger_fd},server=on,wait=off"]
        command += ["-S", "-gdb", f"chardev:{DEBUGGER_ID}"]
    return command


class Qemu:
    """Starts QEMUs."""

    name = NAME

    async def start(self, hardware: Hardware) -> Session:
        """Start QEMU; the machine runs as soon as QEMU is up, and waits for nobody. Raises `Refusal`, `VmmError`."""
        return QemuSession(hardware)


class QemuSession:
    """One QEMU; see `vmm.Session`."""

    def __init__(self, hardware: Hardware) -> None:
        """Fork; must run on the loop that owns the machine."""
        self._memory = _Memory(hardware.memory_bytes)
        if hardware.secrets:
            self._memory.write(hardware.secrets.address, hardware.secrets.data)
        input_ours, input_theirs = _pair()
        monitor_ours, monitor_theirs = _pair()
        output_ours, output_theirs = os.pipe()
        os.set_blocking(output_ours, False)
        self.console = Channel(output_ours, input_ours)
        texts = {name: _pair() for name in (*hardware.channels, *_breaks(hardware))}
        self.channels = {name: Channel(os.dup(texts[name][0].fileno()), texts[name][0]) for name in hardware.channels}
        self._breaks = next((texts[name][0] for name in _breaks(hardware)), None)
        debugger = None
        served: list[socket.socket] = []
        try:
            hardware = replace(hardware, drives=tuple(_reached(drive, served) for drive in hardware.drives))
            inherited = [self._memory.fd, monitor_theirs.fileno(), *(drive.fd for drive in hardware.drives)]
            if hardware.debugger:
                debugger = _bound(hardware.debugger)
                inherited.append(debugger.fileno())
            debugger_fd = debugger.fileno() if debugger else -1
            text_fds = {name: theirs.fileno() for name, (_, theirs) in texts.items()}
            inherited += text_fds.values()
            command = mapped_command(hardware, self._memory.fd, monitor_theirs.fileno(), debugger_fd, text_fds)
            self.command: tuple[str, ...] = tuple(command)
            self.spawned_ns = time.monotonic_ns()
            self._process = Process(command, inherited, input_theirs.fileno(), output_theirs)
        except BaseException:
            monitor_ours.close()
            self._close_texts()
            self._memory.close()
            raise
        finally:
            os.close(output_theirs)
            input_theirs.close()
            monitor_theirs.close()
            for theirs in (*served, *(theirs for _, theirs in texts.values())):
                theirs.close()
            if debugger:
                debugger.close()
        self.pid = self._process.pid
        self._stop_asked = False
        self._monitor = Monitor(monitor_ours, self._give_up)
        self._fault = ""

    def memory(self, address: int, size: int) -> bytes:
        """Guest-physical address is the offset in the memfd."""
        return self._memory.read(address, size)

    def touched(self) -> tuple[tuple[int, int], ...]:
        """Pages of the memfd that are no holes."""
        return self._memory.touched()

    async def wait(self) -> VmmEnd:
        """Wait for QEMU's end and say whose it was."""
        code = await self._process.wait()
        self._monitor.abandon()
        return self._end(code)

    def write(self, address: int, data: bytes) -> None:
        """Guest-physical address is the offset in the memfd."""
        self._memory.write(address, data)

    async def send_break(self) -> None:
        """By a port of its own, or by the monitor for a serial port: it arrives past throttled input."""
        if self._breaks is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):  # so many wait already, or nobody does
                self._breaks.send(b"\3")
            return
        await self._monitor.execute("chardev-send-break", {"id": CONSOLE_ID})

    async def pause(self) -> None:
        """Stop all processors of the machine."""
        await self._monitor.execute("stop")

    async def resume(self) -> None:
        """Start them again."""
        await self._monitor.execute("cont")

    async def drives(self) -> Mapping[str, DriveCounts]:
        """By the monitor; a disk's node is named for it, and so is the one that limits its rate."""
        return counts(await self._monitor.execute("query-blockstats"))

    def stop(self) -> None:
        """SIGTERM ends QEMU in order; it needs no monitor."""
        self._stop_asked = True
        self._process.send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL; the memory can still be read."""
        self._process.send(signal.SIGKILL)

    def version(self) -> str:
        """From the monitor's greeting."""
        return f"{NAME} {self._monitor.version}".strip()

    async def close(self) -> None:
        """End QEMU if it still runs; give back descriptors and memory."""
        self._process.kill_and_reap()
        await self._monitor.close()
        self._close_texts()
        self._memory.close()

    def _close_texts(self) -> None:
        for each in (self.console, *self.channels.values()):
            each.close()
        if self._breaks is not None:
            self._breaks.close()

    def _give_up(self, run_state: str) -> None:
        """The machine is in a run state from which it does not come back, while QEMU stays alive: end it."""
        self._fault = run_state
        self._process.send(signal.SIGKILL)

    def _end(self, code: int) -> VmmEnd:
        if self._fault == WATCHDOG:
            return VmmEnd(EndKind.STARVED, "its watchdog was not fed")
        if self._fault:
            return VmmEnd(EndKind.FAILED, f'QEMU gave the machine up in its state "{self._fault}"')
        lines = self._process.stderr_lines()
        prefix = f"{BINARY}: "
        said = [line.removeprefix(prefix) for line in lines if line.startswith(prefix) and "warning:" not in line]
        # A signal that asks QEMU to end is named on standard error; before its handlers are up, it is simply killed by it.
        ended_by_signal = next((line for line in said if line.startswith("terminating on signal")), "")
        if ended_by_signal or (self._stop_asked and code == -signal.SIGTERM):
            return VmmEnd(EndKind.STOPPED, ended_by_signal)
        if code < 0:
            return VmmEnd(
                EndKind.FAILED, f"QEMU was killed by {_signal_name(-code)}" + (f": {said[-1]}" if said else "")
            )
        # A machine ends QEMU with an odd code through debug-exit or 0 by a triple fault, QEMU itself with 1 and a message.
        if code and (said or lines):
            return VmmEnd(EndKind.QUIT, f"QEMU ended with code {code}: {(said or lines)[-1]}")
        return VmmEnd(EndKind.QUIT)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pair() -> tuple[socket.socket, socket.socket]:
    """Ours, non-blocking, and theirs."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 - of the standard library
    return ours, theirs


def _reached(drive: Drive, served: list[socket.socket]) -> Drive:
    """A drive as QEMU reaches it: one that is served has the socket in the place of its file; QEMU's end joins `served`."""
    if drive.serve is None:
        return drive
    ours, theirs = _pair()
    served.append(theirs)
    drive.serve(ours)
    return replace(drive, fd=theirs.fileno())


def _bound(path: Path) -> socket.socket:
    """A socket at `path` for QEMU, at which one can call already while QEMU starts; only this user can open it."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)  # An earlier life's.
        bound.bind(str(path))
        path.chmod(0o600)
        bound.listen(1)
    except OSError as error:
        bound.close()
        message = f"{path} cannot be made ({error.strerror}); set XDG_RUNTIME_DIR to a folder of your own."
        raise VmmError(message) from error
    return bound


class _Memory:
    """The machine's memory as a memfd, mapped for reading; sealed in size, so that no guest can pull it from under
    us.
    """

    def __init__(self, size: int) -> None:
        self.fd = -1
        try:
            self.fd = os.memfd_create("unikernel-machine", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(self.fd, size)
            fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            self._map = mmap.mmap(self.fd, size, prot=mmap.PROT_READ)
        except OSError as error:
            if self.fd >= 0:
                os.close(self.fd)
            message = (
                f"the machine's memory of {size} bytes cannot be had ({error.strerror}); give it less, or free some."
            )
            raise VmmError(message) from error

    def write(self, address: int, data: bytes | bytearray) -> None:
        """What the machine finds there."""
        os.pwrite(self.fd, data, address)

    def read(self, address: int, size: int) -> bytes:
        return self._map[address : address + size] if address >= 0 else b""

    def touched(self) -> tuple[tuple[int, int], ...]:
        found: list[tuple[int, int]] = []
        at = 0
        # At the last hole there is no more data: ENXIO (lseek(2)).
        with contextlib.suppress(OSError):
            while True:
                start = os.lseek(self.fd, at, os.SEEK_DATA)
                at = os.lseek(self.fd, start, os.SEEK_HOLE)
                found.append((start, at))
        return tuple(found)

    def close(self) -> None:
        if not self._map.closed:
            self._map.close()
            os.close(self.fd)
