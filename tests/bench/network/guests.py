"""Machines that serve the same app at once, and are measured in turn: ours on q35, ours on microvm, Linux on q35."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench.linux import LinuxGuest
from tests.bench.linux.service import plugged, serving
from tests.bench.network import service as targets_of
from tests.bench.network.apps import READY
from tests.bench.network.service import Service
from unikernel.build.image import Image, build
from unikernel.build.packages import packages
from unikernel.build.step import silent
from unikernel.devices.network import LOOPBACK, Forward
from unikernel.machine.network import holders
from unikernel.machine.sync import boot
from unikernel.plan import resolve

OURS, MICROVM, LINUX = "ours", "microvm", "linux"
TARGETS = {OURS: targets_of.Q35, MICROVM: targets_of.MICROVM}
ROUNDS = 5
PATIENCE_S = 30

Ports = Mapping[str, int]
"""The host's port by the machine's: ``80``, ``7/udp``."""
Measure = Callable[[Ports], dict[str, float]]
"""What is measured of one machine, by name."""


@dataclass(frozen=True)
class Compared:
    """What was measured, by machine and name, a value a round."""

    values: Mapping[str, Mapping[str, Sequence[float]]]

    def median(self, guest: str, name: str) -> float:
        """Of the rounds."""
        return statistics.median(self.values[guest][name])

    def ratios(self, name: str, guest: str = OURS, base: str = LINUX) -> tuple[float, ...]:
        """A guest's by another's, of each round; 0 where the other did not hold."""
        pairs = zip(self.values[guest][name], self.values[base][name], strict=True)
        return tuple(value / other if other else 0.0 for value, other in pairs)

    def ratio(self, name: str, guest: str = OURS, base: str = LINUX) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios(name, guest, base))

    def words(self, name: str, unit: str, guest: str = OURS, base: str = LINUX) -> str:
        """Both medians, and between what the ratio lay."""
        ratios = self.ratios(name, guest, base)
        medians = f"{self.median(guest, name):.4g} and {self.median(base, name):.4g} {unit}"
        return f"{medians}, × {min(ratios):.2f} to {max(ratios):.2f}"


def compared(service: Service, linux: LinuxGuest, measure: Measure, targets: Mapping[str, str] = TARGETS) -> Compared:
    """All serve at once, and one is measured while the others wait."""
    with ExitStack() as machines:
        ports = {
            guest: machines.enter_context(ours(build(service.stack(target)), service.ports))
            for guest, target in targets.items()
        }
        ports[LINUX] = machines.enter_context(theirs(service, linux))
        return in_turn(ports, measure)


def in_turn(ports: Mapping[str, Ports], measure: Measure, rounds: int = ROUNDS) -> Compared:
    """Measures each machine once a round."""
    found: dict[str, dict[str, list[float]]] = {guest: {} for guest in ports}
    for _ in range(rounds):
        for guest, places in ports.items():
            for name, value in measure(places).items():
                found[guest].setdefault(name, []).append(value)
    return Compared(found)


@contextmanager
def ours(image: Image, ports: Sequence[str] = ("80",), memory_bytes: int | None = None) -> Iterator[Ports]:
    """A machine of ours that serves."""
    with boot(image, forward=[f"0:{each}" for each in ports], memory_bytes=memory_bytes) as machine:
        machine.console.expect(READY, PATIENCE_S)
        names = (f"{each.guest_port}" + ("/udp" if each.protocol == "udp" else "") for each in machine.forwards)
        yield dict(zip(names, (each.port for each in machine.forwards), strict=True))


@contextmanager
def theirs(service: Service, linux: LinuxGuest) -> Iterator[Ports]:
    """The Linux guest that serves the same."""
    ports = free(service.ports)
    forwards = tuple(Forward.read(f"{port}:{place}") for place, port in ports.items())
    with serving(plugged(linux, forwards), service.source, READY, python_of(service), forwards):
        yield ports


def python_of(service: Service) -> dict[str, bytes]:
    """The Python of its packages, from the same files that our images are made of."""
    if not service.packages:
        return {}
    found = packages(resolve(service.stack()), silent)
    found.keep()
    return {path: text for shelf in found.shelves for path, text in shelf.files.items()}


def free(ports: Sequence[str]) -> dict[str, int]:
    """A port of the host's for each of the machine's, which nobody has."""
    return {each: holders.try_port(LOOPBACK, 0, "udp" if each.endswith("/udp") else "tcp") for each in ports}
