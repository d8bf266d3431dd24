"""lwIP: of its archive, what a stack's devices ask for, and ours that alone sees its headers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from unikernel.build.components import KERNEL_SRC, Component, Source
from unikernel.build.kernel import headers
from unikernel.devices import CATALOGUE
from unikernel.targets import Target

SOURCE = "lwip"
VERSION = "2.2.1"
LICENCE = "BSD-3-Clause"
FOLDER = "net"
"""Of `KERNEL_SRC`: drivers of the network's upper layers, and what they share."""

_CORE = ("def", "inet_chksum", "init", "ip", "mem", "memp", "netif", "pbuf", "raw", "tcp", "tcp_in", "tcp_out")
_MORE = ("timeouts", "udp", "dns", "stats")
_IPV4 = ("dhcp", "etharp", "icmp", "igmp", "ip4", "ip4_addr", "ip4_frag", "acd")
_IPV6 = ("ethip6", "icmp6", "inet6", "ip6", "ip6_addr", "ip6_frag", "mld6", "nd6")

_OPTIONS = {
    "dhcp_ip": ("LWIP_DHCP",),
    "ipv6": ("LWIP_IPV6",),
    "dns_resolver": ("LWIP_DNS",),
    "udp_sockets": ("LWIP_IGMP",),
    "mdns_responder": ("LWIP_IGMP", "LWIP_MDNS_RESPONDER"),
}
"""What lwIP is compiled with when a driver is in the stack; without it, none of its code, nor a timer, is in the image."""

_BESIDE = {"mdns_responder": ("apps/mdns/mdns", "apps/mdns/mdns_domain", "apps/mdns/mdns_out")}
"""Files of the archive that one driver alone asks for."""

_PARTS = {
    "dns_resolver": ("dns_hosts",),
    "ntp_client": ("ntp_packet", "ntp_policy"),
    "tcp_sockets": (
        "neighbour",
        "tcp_connections",
        "tcp_events",
        "tcp_guests",
        "tcp_options",
        "tcp_streams",
        "tcp_unreachable",
    ),
    "udp_sockets": ("udp_datagrams", "udp_groups", "udp_options"),
}
"""Files of ours that one driver alone asks for: they are its bytes, and are compiled where it is."""

_FLAGS = (
    "-std=gnu17",
    "-O2",  # each packet passes here
    "-fhosted",
    "-mno-red-zone",
    "-fno-common",
    "-Wall",
    "-Werror",
    "-Wno-unused-but-set-variable",
)
_OWN_FLAGS = ("-Oz", "-Wextra", "-Wno-unused-parameter")


def components(target: Target, tree: Path, drivers: Collection[str]) -> tuple[Component, ...]:
    """The components, from lwIP's unpacked source at `tree`: its files, what ours share, and a component a driver.

    `drivers` are those in the image, by name.
    """
    options = {option for driver in drivers for option in _OPTIONS.get(driver, ())}
    flags = (*_FLAGS, *(f"-D{option}=1" for option in sorted(options)))
    ours = KERNEL_SRC / FOLDER
    includes = (ours, tree / "src/include", *headers(target))
    upstream = tuple(Source(tree / "src" / f"{name}.c", f"{name}.c") for name in files())
    all_drivers = {cls.symbol() for cls in CATALOGUE.own.values() if cls.source_file().startswith(f"{FOLDER}/")}
    parts = all_drivers.union(*_PARTS.values())
    shared = sorted(path.stem for path in ours.glob("*.c") if path.stem not in parts)
    found = [
        Component(SOURCE, "net", upstream, includes, flags, version=VERSION, licence=LICENCE),
        Component(FOLDER, "net", tuple(_own(name) for name in shared), includes, flags),
    ]
    for name in sorted(all_drivers.intersection(drivers)):
        beside = tuple(Source(tree / "src" / f"{each}.c", f"{each}.c") for each in _BESIDE.get(name, ()))
        own = tuple(_own(each) for each in (name, *_PARTS.get(name, ())))
        made = Component(name, "net", (*own, *beside), includes, flags)
        found.append(replace(made, version=VERSION, licence=LICENCE) if beside else made)
    return tuple(found)


def files(drivers: Collection[str] = ()) -> list[str]:
    """The archive's files of C, under its ``src``: those of all images, and those that `drivers` ask for beside."""
    names = [f"core/{name}" for name in (*_CORE, *_MORE)]
    names += [f"core/ipv4/{name}" for name in _IPV4]
    names += [f"core/ipv6/{name}" for name in _IPV6]
    return [*names, "netif/ethernet", *(name for driver in drivers for name in _BESIDE.get(driver, ()))]


def _own(name: str) -> Source:
    return Source(KERNEL_SRC / FOLDER / f"{name}.c", f"{FOLDER}/{name}.c", _OWN_FLAGS)
