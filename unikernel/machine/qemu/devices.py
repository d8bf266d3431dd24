"""What a machine's devices ask for, in QEMU's words: a device of QEMU's, and the back end behind it. Written for 7.2 and
10.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from unikernel.devices.attachment import VIRTIO, Ports, RandomSource, SerialLine, WatchdogTimer
from unikernel.machine.qemu import aio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unikernel.machine.vmm import Drive, Hardware

CONSOLE_ID: Final = "console"

_VIRTIO: Final = {"microvm": "virtio-{}-device", "q35": "virtio-{}-pci,disable-legacy=on"}
"""A virtio device by the transport of each machine type."""
_STDIO: Final = f"stdio,id={CONSOLE_ID},signal=off"


def attached(hardware: Hardware) -> list[str]:
    """All devices of a machine but those that carry text."""
    words: list[str] = []
    virtio = hardware.drives or any(isinstance(each, VIRTIO) for each in hardware.attachments)
    if virtio and hardware.machine_type == "microvm":
        words += ["-global", "virtio-mmio.force-legacy=false"]
    for drive in hardware.drives:
        words += _drive(drive, hardware.machine_type)
    for each in hardware.attachments:
        match each:
            case RandomSource():
                words += _random_source(each, hardware.machine_type)
            case WatchdogTimer():
                words += ["-device", "ib700", "-action", "watchdog=pause"]
    return words


def _virtio(kind: str, machine_type: str) -> str:
    return _VIRTIO[machine_type].format(kind)


def _random_source(source: RandomSource, machine_type: str) -> list[str]:
    device = f"{_virtio('rng', machine_type)},id=virtio.{source.name},rng=random.{source.name}"
    return ["-object", f"rng-builtin,id=random.{source.name}", "-device", device]


def _drive(drive: Drive, machine_type: str) -> list[str]:
    """A disk: its back end, perhaps a limit of its rate, and the device that carries its serial."""
    disk, node = drive.disk, f"disk.{drive.disk.serial}"
    words = _back_end(drive, node)
    if disk.operations_per_second or disk.bytes_per_second:
        limits = f"x-iops-total={disk.operations_per_second},x-bps-total={disk.bytes_per_second}"
        words += ["-object", f"throttle-group,id=rate.{disk.serial},{limits}"]
        rated = f"rated.{disk.serial}"
        words += ["-blockdev", f"driver=throttle,node-name={rated},throttle-group=rate.{disk.serial},file={node}"]
        node = rated
    # The machine hears of every error; else QEMU would hold it still while the host's disk is full, and say so to nobody.
    errors = "werror=report,rerror=report"
    device = f"{_virtio('blk', machine_type)},id=virtio.{disk.serial},drive={node},serial={disk.serial}"
    return [*words, "-device", f"{device},{errors}"]


def _back_end(drive: Drive, node: str) -> list[str]:
    return _served(drive, node) if drive.serve else _file(drive, node)


def _file(drive: Drive, node: str) -> list[str]:
    """A disk's file: held open by us, or by its name."""
    words: list[str] = []
    file = str(drive.path.absolute())
    if drive.fd >= 0:
        words += ["-add-fd", f"fd={drive.fd},set={drive.fd}"]
        file = f"/dev/fdset/{drive.fd}"
    back_end = f"driver=raw,node-name={node},{_access(drive)},discard=unmap,file.driver=file"
    back_end += f",file.filename={file.replace(',', ',,')},file.locking=off,file.discard=unmap"
    return [*words, "-blockdev", f"{back_end},file.aio={aio.choose(drive.disk.aio)}"]


def _served(drive: Drive, node: str) -> list[str]:
    """A disk that somebody serves over NBD, at the other end of the drive's socket."""
    return ["-blockdev", f"driver=nbd,node-name={node},{_access(drive)},server.type=fd,server.str={drive.fd}"]


def _access(drive: Drive) -> str:
    return f"read-only={'on' if drive.disk.read_only else 'off'}"


def texts(hardware: Hardware, descriptors: Mapping[str, int]) -> list[str]:
    """The console on standard input and output, its break and the channels on `descriptors`, or on nothing; and what
    carries them.

    A virtserialport holds output back while nobody reads, where QEMU's virtconsole drops it; but it also drops all output
    once its input has ended, as standard input may have from the start.
    """
    port = {CONSOLE_ID: "virtserialport" if descriptors else "virtconsole"}
    words = ["-chardev", _STDIO]
    serial = [] if hardware.console else ["-serial", f"chardev:{CONSOLE_ID}"]
    for name in (*hardware.channels, *breaks(hardware)):
        back_end = f"socket,id=text.{name},fd={descriptors[name]}" if name in descriptors else f"null,id=text.{name}"
        words += ["-chardev", back_end]
    for each in hardware.attachments:
        if isinstance(each, SerialLine):
            serial = ["-serial", f"chardev:{_text_id(hardware, each.name)}"]
        elif isinstance(each, Ports):
            names = [each.name, *each.channels, *([each.breaks] if each.name == hardware.console else [])]
            device = _virtio("serial", hardware.machine_type)
            # Port 0 is a virtconsole's, and else stays empty.
            words += ["-device", f"{device},id=ports.{each.name},max_ports={len(names) + 1}"]
            for name in names:
                end = _text_id(hardware, name)
                kind = port.get(end, "virtserialport")
                words += ["-device", f"{kind},bus=ports.{each.name}.0,chardev={end},name={name}"]
    return [*words, *serial]


def _text_id(hardware: Hardware, name: str) -> str:
    return CONSOLE_ID if name == hardware.console else f"text.{name}"


def breaks(hardware: Hardware) -> tuple[str, ...]:
    """The port for breaks of the console, where it is not a serial port."""
    ports = [each for each in hardware.attachments if isinstance(each, Ports)]
    return tuple(each.breaks for each in ports if each.name == hardware.console)
