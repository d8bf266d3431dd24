"""The network's figures: ours against Linux with the same MicroPython, the same app and the same clients."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.linux import LinuxGuest
from tests.bench.network import first_answer, size, sockets, tap, tls, web
from tests.bench.network.figures import Figures


def measure(scratch: Path, linux: LinuxGuest | None) -> Figures:
    """All of them; without `linux` those that are beside Linux are left out."""
    figures = Figures()
    sys.stderr.write("web_bytes, web_memory …\n")
    size.measure(figures, scratch)
    if linux is not None:
        sys.stderr.write("web_rps, stream_rps …\n")
        web.measure(figures, linux)
        tap.measure(figures)
        sys.stderr.write("tcp_rtt, tcp_in, tcp_out, udp_rtt …\n")
        sockets.measure(figures, linux)
        sys.stderr.write("tls_handshakes, first_answer …\n")
        tls.measure(figures, scratch, linux)
        first_answer.measure(figures, linux)
    return figures
