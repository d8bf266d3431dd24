"""A machine's nics in QEMU's words: a device of QEMU's, and what it is plugged into. Written for 7.2 and 10.0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from unikernel.devices.network import LOOPBACK, Bridge, Network, Tap, UserNetwork
from unikernel.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unikernel.devices.attachment import Nic
    from unikernel.machine.vmm import Hardware

_DEVICES: Final = {
    "microvm": "virtio-net-device",
    # Without a ROM to boot from: nobody does, and the firmware would look into it.
    "q35": "virtio-net-pci,disable-legacy=on,romfile=",
}
PORT_TAKEN: Final = re.compile(r"Could not set up host forwarding rule '(tcp|udp):[\d.]+:(\d+)-[\d.]*:(\d+)'")
"""What QEMU says where somebody else has opened a port since we looked."""


def nic_id(name: str) -> str:
    """A nic, to the monitor."""
    return f"nic.{name}"


def netdev_id(name: str) -> str:
    """What it is plugged into."""
    return f"net.{name}"


def nics(hardware: Hardware, descriptors: Mapping[str, int]) -> list[str]:
    """The nics; those on a tap, a bridge or a private network have the descriptor of their name.

    Without descriptors it is for a person to paste; raises `Refusal` for a private network then, as its switch is ours.
    """
    words: list[str] = []
    for each in hardware.nics:
        mac = f",mac={each.mac}" if each.mac else ""
        device = f"{_DEVICES[hardware.machine_type]},id={nic_id(each.name)},netdev={netdev_id(each.name)}{mac}"
        words += ["-netdev", _back_end(each, descriptors.get(each.name, -1)), "-device", device]
    return words


def _back_end(nic: Nic, fd: int) -> str:
    place = f"id={netdev_id(nic.name)}"
    match nic.network:
        case UserNetwork(forward, outbound):
            forwards = "".join(
                f",hostfwd={each.protocol}:{LOOPBACK}:{each.port}-:{each.guest_port}" for each in forward
            )
            return f"user,{place},restrict={'off' if outbound else 'on'}{forwards}"
        case Tap(interface):
            return f"tap,{place},fd={fd}" if fd >= 0 else f"tap,{place},ifname={interface},script=no,downscript=no"
        case Bridge(interface):
            return f"tap,{place},fd={fd}" if fd >= 0 else f"bridge,{place},br={interface}"
        case Network():
            if fd < 0:
                message = (
                    f"--print-command: {nic.name} is on the private {nic.network}, to which unikernel itself carries "
                    f"frames; boot it without the option."
                )
                raise Refusal(message)
            return f"dgram,{place},local.type=fd,local.str={fd}"
