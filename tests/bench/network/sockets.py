"""Sockets from Python that block: 32 bytes there and back, and much in one direction."""

from __future__ import annotations

from tests.bench.linux import LinuxGuest
from tests.bench.network import apps, clients, service
from tests.bench.network.figures import Figures
from tests.bench.network.guests import Ports, compared

TIMES = 1500
UNITS = {"tcp_rtt": "µs", "tcp_in": "MiB/s", "tcp_out": "MiB/s"}


def measure(figures: Figures, linux: LinuxGuest) -> None:
    """tcp_rtt, tcp_in, tcp_out and udp_rtt."""
    seen = compared(service.sockets(), linux, _connections)
    for name, unit in UNITS.items():
        figures.ratio(name, seen, unit)
    figures.ratio("udp_rtt", compared(service.datagrams(), linux, _datagrams), "µs")


def _connections(ports: Ports) -> dict[str, float]:
    return {
        "tcp_rtt": clients.tcp_round_trip_us(ports[f"{apps.ECHO}"], TIMES),
        "tcp_in": clients.tcp_in_mib_s(ports[f"{apps.SINK}"]),
        "tcp_out": clients.tcp_out_mib_s(ports[f"{apps.SOURCE}"]),
    }


def _datagrams(ports: Ports) -> dict[str, float]:
    return {"udp_rtt": clients.udp_round_trip_us(ports[f"{apps.ECHO}/udp"], TIMES)}
