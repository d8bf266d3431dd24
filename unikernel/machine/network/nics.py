"""The nics of a machine: each gets an address that no other machine's has, and is told it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from unikernel.devices.attachment import Nic
from unikernel.devices.network import Bridge, Tap
from unikernel.errors import Refusal
from unikernel.interfaces import Ip
from unikernel.machine.network import forwards
from unikernel.machine.parameters import command_line
from unikernel.table import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unikernel.devices import Device
    from unikernel.machine.vmm import Hardware

_LOCAL: Final = 0x02
"""The first byte of an address that its user chose, of one station. IEEE 802, clause 8.4."""
_OWN_BYTES: Final = 5


def mac_of(stack: str, machine: str, nic: str) -> str:
    """The address of a nic that has none of its own: the same at each boot, another at each name."""
    digest = hashlib.sha256(f"{stack}\0{machine}\0{nic}".encode()).digest()
    return bytes([_LOCAL, *digest[:_OWN_BYTES]]).hex(":")


def named(hardware: Hardware, stack: str, machine: str) -> Hardware:
    """The hardware as the machine of that name has it: each nic with an address, which the machine is told, and each
    forward with a port. Raises `Refusal` for a port that is taken, or a command line that is full.
    """
    nics = hardware.nics
    given = tuple(each if each.mac else replace(each, mac=mac_of(stack, machine, each.name)) for each in nics)
    words = [f"{each.name}.mac={each.mac}" for each, before in zip(given, nics, strict=True) if not before.mac]
    line = command_line([*([hardware.command_line] if hardware.command_line else []), *words])
    return replace(with_nics(hardware, forwards.settled(given)), command_line=line)


def with_nics(hardware: Hardware, nics: Iterable[Nic]) -> Hardware:
    """The hardware with these nics in the place of its own, by name."""
    found = {each.name: each for each in nics}
    changed = tuple(found[each.name] if isinstance(each, Nic) else each for each in hardware.attachments)
    return replace(hardware, attachments=changed)


def one_of(machine: str, nics: tuple[Nic, ...], name: str, verb: str) -> str:
    """The name of the nic that is meant, the only one where it is empty; raises `Refusal` in the words of `verb`."""
    names = [each.name for each in nics]
    if name in names or (not name and len(names) == 1):
        return name or names[0]
    if not names:
        message = f'{verb}: "{machine}" has no nic; add VirtioNet to its stack.'
    elif not name:
        message = f'{verb}: "{machine}" has the nics {", ".join(names)}; name one of them.'
    else:
        message = f'{verb}: "{machine}" has no nic {name}; it has {", ".join(names)}.'
    raise Refusal(message)


def addresses(devices: Iterable[Device], nics: Iterable[Nic]) -> tuple[Link, ...]:
    """The addresses that the stack gives the machine; a link where the host has a way there."""
    reached = any(isinstance(each.network, Tap | Bridge) for each in nics)
    said = (str(getattr(each, "address", "")) for each in devices if isinstance(each, Ip))
    return tuple(Link(each, _url(each.partition("/")[0]) if reached else "") for each in said if each)


def _url(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"
