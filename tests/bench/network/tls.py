"""Full handshakes of TLS 1.3; Debian's MicroPython does them with the same version of mbedTLS."""

from __future__ import annotations

from pathlib import Path

from tests.bench.linux import LinuxGuest
from tests.bench.network import clients, service
from tests.bench.network.figures import Figures
from tests.bench.network.guests import OURS, Ports, compared

TIMES = 20


def measure(figures: Figures, scratch: Path, linux: LinuxGuest) -> None:
    """tls_handshakes."""
    targets = {OURS: service.Q35}
    seen = compared(service.handshakes(scratch), linux, _handshakes, targets)
    figures.add("tls_handshakes", seen.ratio("tls_handshakes"), seen.words("tls_handshakes", "handshakes/s"))


def _handshakes(ports: Ports) -> dict[str, float]:
    return {"tls_handshakes": clients.handshakes_per_s(ports["443"], TIMES)}
