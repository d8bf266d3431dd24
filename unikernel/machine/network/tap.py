"""A tap interface, opened for a machine: one that an administrator made, or a new one on a bridge.

Source: the kernel's Documentation/networking/tuntap.rst and netdevice(7).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import struct
from pathlib import Path
from typing import Final

from unikernel.devices.network import Bridge, Tap
from unikernel.errors import Refusal
from unikernel.machine.network import holders

TUN: Final = Path("/dev/net/tun")
NEW: Final = "unikernel%d"
"""What a tap on a bridge is called; the kernel puts a number in."""

_TUNSETIFF, _TUNGETFEATURES = 0x400454CA, 0x800454CF
_TAP, _NO_INFORMATION, _VNET_HEADER = 0x0002, 0x1000, 0x4000
_GET_FLAGS, _SET_FLAGS, _ADD_TO_BRIDGE = 0x8913, 0x8914, 0x89A2
_UP: Final = 0x1
_REQUEST: Final = struct.Struct("16sH22x")  # struct ifreq: a name, and flags
_INDEX_REQUEST: Final = struct.Struct("16si20x")
_DENIED: Final = (errno.EPERM, errno.EACCES)


def opened(nic: str, network: Tap | Bridge) -> int:
    """The descriptor of the interface, for a VMM. Raises `Refusal`, with the cure, for what is not there or not allowed."""
    place = f"{nic}: {network}"
    _check_there(place, network)
    try:
        fd = os.open(TUN, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        cure = "load the module tun" if error.errno == errno.ENOENT else "ask an administrator for the right to open it"
        raise Refusal(f"{place}: {TUN} cannot be opened ({error.strerror}); {cure}.") from error
    try:
        if isinstance(network, Tap):
            _attach(place, fd, network.interface)
            _bring_up(place, network.interface)
        else:
            _join(place, network.interface, _attach(place, fd, NEW))
    except BaseException:
        os.close(fd)
        raise
    return fd


def _check_there(place: str, network: Tap | Bridge) -> None:
    name = network.interface
    try:
        socket.if_nametoindex(name)
    except OSError as error:
        made = (
            f"ip tuntap add dev {name} mode tap user $USER"
            if isinstance(network, Tap)
            else f"ip link add {name} type bridge"
        )
        raise Refusal(f"{place}: this host has no interface {name}; make it, as root, with `{made}`.") from error


def _attach(place: str, fd: int, name: str) -> str:
    """Make the descriptor an interface's; its name. The VMM may use the header that spares check sums; a driver that does
    not ask for it has none.
    """
    features = struct.unpack("I", fcntl.ioctl(fd, _TUNGETFEATURES, bytes(4)))[0]
    flags = _TAP | _NO_INFORMATION | (features & _VNET_HEADER)
    try:
        answer = fcntl.ioctl(fd, _TUNSETIFF, _REQUEST.pack(name.encode(), flags))
    except OSError as error:
        raise Refusal(f"{place}: {_why_not(error, name)}.") from error
    return str(_REQUEST.unpack(answer)[0].rstrip(b"\0"), "ascii")


def _why_not(error: OSError, name: str) -> str:
    if error.errno == errno.EBUSY:
        return f"it is in use by {holders.of_tap(name)}; stop that, or choose another"
    if error.errno in _DENIED and name == NEW:
        return "to make a tap on it takes the right CAP_NET_ADMIN; boot as root, or use a tap made for you"
    if error.errno in _DENIED:
        return f"it belongs to another user; make it yours with `ip tuntap add dev {name} mode tap user $USER`"
    if error.errno == errno.EINVAL:
        return "it is no tap interface; name one, as ip tuntap lists it"
    return f"it cannot be used ({error.strerror}); look at it with ip link"


def _join(place: str, bridge: str, tap: str) -> None:
    """Put a new tap into a bridge."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            fcntl.ioctl(any_socket, _ADD_TO_BRIDGE, _INDEX_REQUEST.pack(bridge.encode(), socket.if_nametoindex(tap)))
        except OSError as error:
            cure = "it is no bridge; name one, as ip link show type bridge lists it"
            if error.errno in _DENIED:
                cure = "to put a tap into it takes the right CAP_NET_ADMIN; boot as root"
            raise Refusal(f"{place}: {cure}.") from error
    _bring_up(place, tap)


def _bring_up(place: str, name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, _GET_FLAGS, _REQUEST.pack(name.encode(), 0))
        flags = _REQUEST.unpack(answer)[1]
        if flags & _UP:
            return
        with contextlib.suppress(OSError):
            fcntl.ioctl(any_socket, _SET_FLAGS, _REQUEST.pack(name.encode(), flags | _UP))
            return
    raise Refusal(f"{place}: {name} is down; bring it up, as root, with `ip link set {name} up`.")
