"""Begins to keep what goes through a machine's nic; the same again shows what came so far, a row a frame.

The capture is also in the notebook's name capture: capture.save("web.pcap") writes a file for Wireshark.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from unikernel.notebook.page import show, show_line
from unikernel.notebook.session import Session
from unikernel.units import parse_memory


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "machine", metavar="MACHINE", nargs="?", help="as %%unikernel ps lists it; left out, the newest"
    )
    parser.add_argument("--nic", metavar="NIC", default="", help="the device; left out, the machine's only one")
    parser.add_argument("--limit", metavar="SIZE", default="16M", help="keep no more; left out, 16M")
    parser.add_argument("--stop", action="store_true", help="end it, and show what came")
    parser.add_argument("-o", "--output", metavar="FILE", help="also write what came, as a pcap")


def run(session: Session, options: Namespace) -> None:
    """Begins, or shows."""
    limit_bytes = parse_memory(options.limit, "--limit")
    machine = session.attached(options.machine, "capture")
    capture = session.captures.get(machine.name)
    if capture is None:
        capture = machine.capture(options.nic, limit_bytes=limit_bytes)
        session.captures[machine.name] = session.names["capture"] = capture
        if not (options.stop or options.output):
            cure = f"%unikernel capture {machine.name} shows what came, --stop ends it."
            show_line(f"{machine.name}: what goes through {capture.inner.nic} is kept; {cure}")
            return
    if options.stop or capture.ended:
        session.captures.pop(machine.name)
        capture.stop()
    if options.output:
        capture.save(options.output)
    show(capture)
