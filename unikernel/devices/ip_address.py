"""Addresses of the Internet protocol in what people write: read with care, and refused in one sentence."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address
from typing import Final

from unikernel.errors import Refusal

NETWORK_6_BITS: Final = 64
"""Of every network whose hosts have an interface identifier. RFC 4291, section 2.5.1."""

MOST_SERVERS: Final = 2
"""Name servers, one asked after the other."""

MOST_NAME: Final = 253
"""RFC 1035, section 2.3.4: 255 bytes on the wire."""

_HOSTNAME: Final = re.compile(r"(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def interface4(text: str, place: str) -> IPv4Interface:
    """An address of a machine with the length of its network: ``10.0.2.15/24``. Raises `Refusal`, naming `place`."""
    try:
        found = IPv4Interface(text if re.fullmatch(r"[0-9.]+/[0-9]{1,2}", text) else "")
    except ValueError:
        raise Refusal(
            f"{place}: address is {text!r}; write an IPv4 address and how many bits name the network, as 10.0.2.15/24."
        ) from None
    of_host = found.network.prefixlen < found.max_prefixlen - 1  # RFC 3021: with 31 bits there are but two, both hosts
    if of_host and found.ip in (found.network.network_address, found.network.broadcast_address):
        raise Refusal(
            f"{place}: address is {text!r}, which stands for all of the network {found.network}; give a machine's own."
        )
    if found.ip.is_unspecified or found.ip.is_multicast or found.ip.is_loopback or found.ip == IPv4Address(2**32 - 1):
        raise Refusal(f"{place}: address is {text!r}, which no machine on a network can have; give one of its network.")
    return found


def gateway4(text: str, of: IPv4Interface, place: str) -> None:
    """Checks who takes what goes elsewhere: on the same network, and another. Raises `Refusal`."""
    try:
        found = IPv4Address(text)
    except ValueError:
        raise Refusal(f"{place}: gateway is {text!r}; write an IPv4 address, as 10.0.2.2, or nothing.") from None
    if found not in of.network:
        raise Refusal(
            f"{place}: gateway is {text}, which is not on the network {of.network}; give one that is, or nothing."
        )
    if found == of.ip:
        raise Refusal(f"{place}: gateway is {text}, the machine's own address; give another's, or nothing.")


def interface6(text: str, place: str) -> IPv6Interface:
    """An address of a machine with the length of its network, which is 64: ``fd00::2/64``. Raises `Refusal`."""
    try:
        found = IPv6Interface(text if re.fullmatch(r"[0-9A-Fa-f:.]+/[0-9]{1,3}", text) else "")
    except ValueError:
        raise Refusal(
            f"{place}: address is {text!r}; write an IPv6 address and its network's length, as fd00::2/64, or nothing to "
            f"take what routers announce."
        ) from None
    if found.network.prefixlen != NETWORK_6_BITS:
        raise Refusal(
            f"{place}: address is {text!r}; its network must have {NETWORK_6_BITS} bits: write {found.ip}/64."
        )
    if found.ip.is_unspecified or found.ip.is_multicast or found.ip.is_loopback or found.ip.is_link_local:
        raise Refusal(
            f"{place}: address is {text!r}, which is no machine's own beyond its link; give one of its network, as "
            f"fd00::2/64."
        )
    return found


def gateway6(text: str, of: IPv6Interface | None, place: str) -> None:
    """Checks the same in version 6; one of the link itself will do, too. Raises `Refusal`."""
    try:
        found = IPv6Address(text if "%" not in text else "")
    except ValueError:
        raise Refusal(f"{place}: gateway is {text!r}; write an IPv6 address, as fe80::1, or nothing.") from None
    if of is None:
        raise Refusal(f"{place}: gateway is {text}, and address is left to routers; give both, or neither.")
    if not found.is_link_local and found not in of.network:
        raise Refusal(
            f"{place}: gateway is {text}, which is not on the network {of.network}; give one that is, or nothing."
        )
    if found == of.ip:
        raise Refusal(f"{place}: gateway is {text}, the machine's own address; give another's, or nothing.")


def hostname(text: str, place: str) -> None:
    """Checks a machine's name: one label of RFC 1123, section 2.1. Raises `Refusal`."""
    if text and not _HOSTNAME.fullmatch(text):
        raise Refusal(
            f"{place}: hostname is {text!r}; use 1 to 63 letters, digits and -, which is neither first nor last."
        )


def servers(text: str, place: str) -> None:
    """Checks addresses of name servers, two at most, with commas between. Raises `Refusal`."""
    found = text.split(",") if text else []
    if len(found) > MOST_SERVERS or not all(map(is_address, found)):
        raise Refusal(f"{place}: servers is {text!r}; write one or two addresses, as 10.0.2.3,10.0.2.4, or nothing.")


def hosts(text: str, place: str) -> None:
    """Checks a table of names and addresses, with commas between. Raises `Refusal`."""
    for entry in text.split(",") if text else ():
        name, _, address = entry.partition("=")
        if not all(map(_HOSTNAME.fullmatch, name.split("."))) or not is_address(address):
            raise Refusal(f"{place}: hosts has {entry!r}; write a name and its address, as db=10.0.2.7.")


def host(text: str, parameter: str, place: str) -> None:
    """Checks an address, or a name of a host that a resolver will know. Raises `Refusal`."""
    named = len(text) <= MOST_NAME and all(map(_HOSTNAME.fullmatch, text.split("."))) and not text[-1:].isdigit()
    if not is_address(text) and not named:
        raise Refusal(
            f"{place}: {parameter} is {text!r}; write an address, as 10.0.2.2, or a host's name, as time.lab."
        )


def is_address(text: str) -> bool:
    """Whether it is an address of either version, without a zone."""
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return False
