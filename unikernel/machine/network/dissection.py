"""Captured frames as rows for people, decoded by Scapy, which knows more protocols than anybody would write again."""

from __future__ import annotations

import importlib
import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from unikernel.errors import Refusal
from unikernel.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unikernel.machine.network.pcap import Frame

MOST_ROWS: Final = 200
"""The newest so many are shown."""
MOST_CHARACTERS: Final = 160

_ADDRESSES: Final = re.compile(r" \S+:\S+ > \S+:\S+|(?<=ICMP) \S+ > \S+")
"""In what Scapy says of a segment, a datagram or a message: they stand in columns of their own."""
_LAYERS: Final = ("l2", "inet", "inet6", "dhcp", "dhcp6", "dns", "ntp", "http")
_COLUMNS: Final = (
    Column("s", "right"),
    Column("from", mono=True),
    Column("to", mono=True),
    Column("bytes", "right"),
    Column("what", mono=True),
)


def table(frames: Sequence[Frame]) -> Table:
    """A row a frame, the newest 200; times are seconds since the first frame. Raises `Refusal` without Scapy."""
    shown = frames[-MOST_ROWS:]
    return Table(_COLUMNS, tuple(row(each, frames[0].time_us) for each in shown))


def check() -> None:
    """Raises `Refusal` without Scapy."""
    _ethernet()


def row(frame: Frame, since_us: int) -> tuple[str, ...]:
    """When, from and to whom, how long, and what: ``ARP who has 10.0.2.15 says 10.0.2.2``."""
    ethernet = _ethernet()
    source = target = ""
    try:
        packet = ethernet(frame.data)
        source, target = _place(packet, "src", "sport"), _place(packet, "dst", "dport")
        what = " ".join(packet.summary().split()).removeprefix("Ether / ")
        what = _ADDRESSES.sub("", what).replace(" / ", ", ")
    except Exception as error:  # noqa: BLE001 - a frame is anybody's bytes, and Scapy's parts fail in ways of their own
        what = f"cannot be decoded ({type(error).__name__})"
    seconds = f"{(frame.time_us - since_us) / 1e6:.6f}"
    return seconds, _plain(source), _plain(target), str(frame.size), _plain(what)


def _place(packet: Any, address: str, port: str) -> str:
    """Whose a frame is: an address of the innermost kind, and a port where there is one."""
    inner = packet.payload
    found = str(getattr(inner, address, "") or getattr(packet, address))
    number = getattr(inner.payload, port, None)
    if number is None:
        return found
    return f"[{found}]:{number}" if ":" in found else f"{found}:{number}"


@cache
def _ethernet() -> Any:
    """Scapy's Ethernet, with all that is looked for behind it."""
    # It tells of interfaces and libraries that it has not found; here it only decodes.
    logging.getLogger("scapy").setLevel(logging.CRITICAL)
    try:
        found = [importlib.import_module(f"scapy.layers.{name}") for name in _LAYERS]
    except ImportError as error:
        message = (
            "capture: Scapy, which decodes frames, is not installed; install it with `pip install scapy`, or write a "
            "file for Wireshark."
        )
        raise Refusal(message) from error
    return found[0].Ether


def _plain(text: str) -> str:
    """On one line, whatever the frame held."""
    shown = "".join(c if c.isprintable() else "·" for c in text)
    return shown if len(shown) <= MOST_CHARACTERS else f"{shown[: MOST_CHARACTERS - 1]}…"
