"""What a web service takes: bytes of the image as it ships, and the least memory in which it serves sixteen at once."""

from __future__ import annotations

from pathlib import Path

from tests.bench import booting
from tests.bench.network import clients, service
from tests.bench.network.figures import Figures
from tests.bench.network.guests import ours
from tests.bench.network.service import MICROVM, Service
from unikernel.build.image import Image, build
from unikernel.errors import MachineError, Refusal
from unikernel.units import KIB

CONNECTIONS = 16
REQUESTS = 64
PATIENCE_S = 4


def measure(figures: Figures, scratch: Path) -> None:
    """web_bytes and web_memory, and both with TLS."""
    for name, each, scheme in (
        ("web", service.web(), "http"),
        ("web_tls", service.web_tls(scratch), "https"),
    ):
        image = build(each.stack(MICROVM))
        figures.add(f"{name}_bytes", image.bytes)
        figures.add(f"{name}_memory", least_memory_bytes(image, each, scheme))


def least_memory_bytes(image: Image, of: Service, scheme: str) -> int:
    """To 64 KiB; found by serving, not by the image's word."""
    (port,) = of.ports

    def serves(memory_bytes: int) -> bool:
        try:
            with ours(image, of.ports, memory_bytes) as ports:
                load = clients.ab(ports[port], CONNECTIONS, REQUESTS, scheme=scheme, patience_s=PATIENCE_S)
        except (Refusal, MachineError):
            return False
        return load.held > 0

    return booting.least(serves, image.place.least_memory_bytes, image.manifest.memory_bytes, 64 * KIB)
