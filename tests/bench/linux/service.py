"""The Linux guest as a server: QEMU's user network, and ports of the host's loopback that lead into it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import IO

from tests.bench.linux.guest import LONGEST_RUN_S, LinuxGuest
from unikernel.devices.network import LOOPBACK, Forward
from unikernel.errors import MachineError, MachineTimeout
from unikernel.machine.network import backlog
from unikernel.machine.process import owned

LOOK_AGAIN_S = 0.02


def plugged(guest: LinuxGuest, forwards: Iterable[Forward] = (), tap: str = "") -> LinuxGuest:
    """The guest with a nic, in the words that our own machines have on q35: on a user network, or on a tap interface."""
    ports = "".join(f",hostfwd={each.protocol}:{LOOPBACK}:{each.port}-:{each.guest_port}" for each in forwards)
    end = f"tap,id=net.nic,ifname={tap},script=no,downscript=no" if tap else f"user,id=net.nic,restrict=off{ports}"
    nic = ("-netdev", end, "-device", "virtio-net-pci,disable-legacy=on,romfile=,id=nic.nic,netdev=net.nic")
    return replace(guest, modules=(*guest.modules, "virtio_net"), hardware=(*guest.hardware, *nic))


@contextmanager
def serving(
    guest: LinuxGuest, script: str, ready: str, files: Mapping[str, bytes], forwards: tuple[Forward, ...] = ()
) -> Iterator[None]:
    """The `plugged` guest runs `script`, which has written the line `ready`; as many may wait at each of its forwards as
    at one of ours.

    Raises `MachineTimeout`, and `MachineError` where it ends before, with its last words.
    """
    with guest.command(script, files=files) as command, tempfile.TemporaryFile() as console:
        process = subprocess.Popen(owned(command), stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT)
        try:
            places = [(LOOPBACK, each.port) for each in forwards if each.protocol == "tcp"]
            asyncio.run(backlog.widen(process.pid, places))
            _wait(process, console, ready)
            yield
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], console: IO[bytes], ready: str) -> None:
    ends_s = time.monotonic() + LONGEST_RUN_S
    while ready.encode() not in (said := _read(console)):
        words = said.decode(errors="replace").strip()[-500:]
        if process.poll() is not None:
            raise MachineError(f"linux: the guest ended before it served ({words or 'it wrote nothing'}).")
        if time.monotonic() > ends_s:
            raise MachineTimeout(f"linux: the guest did not serve within {LONGEST_RUN_S:g} s ({words}).")
        time.sleep(LOOK_AGAIN_S)


def _read(console: IO[bytes]) -> bytes:
    """All of it; the offset is the guest's own, too, and so is left where it is."""
    return os.pread(console.fileno(), 1 << 20, 0)
