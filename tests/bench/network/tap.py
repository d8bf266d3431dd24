"""Microdot on a tap interface, each machine in a network namespace of its own, where the client's end is the host's TCP.

`measure` starts `main` in the namespaces, and each line there asks for one measurement. Where a host opens no namespace or
no tap there is no figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.bench.linux import LinuxGuest
from tests.bench.linux.service import plugged, serving
from tests.bench.network import clients, service
from tests.bench.network.apps import READY
from tests.bench.network.figures import Figures
from tests.bench.network.guests import LINUX, OURS, Ports, in_turn, ours, python_of
from unikernel.build.image import build
from unikernel.devices.network import Tap

INTERFACE = "bench"
COMMANDS = (
    f"ip tuntap add dev {INTERFACE} mode tap",
    f"ip address add 10.0.2.2/24 dev {INTERFACE}",
    f"ip link set {INTERFACE} up",
    "ip link set lo up",
)
NAMESPACE = ("unshare", "--user", "--map-root-user", "--net")
GUEST = "10.0.2.15"
CONNECTIONS, REQUESTS = 16, 240
NAME = "web_rps_16_tap"
ENVIRONMENT = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def measure(figures: Figures) -> None:
    """web_rps_16_tap, where a tap opens."""
    trial = [*NAMESPACE, *COMMANDS[0].split()]
    if subprocess.run(trial, capture_output=True, check=False, env=ENVIRONMENT).returncode:
        return
    with ExitStack() as guests:
        asked = {guest: guests.enter_context(_in_namespace(guest)) for guest in (OURS, LINUX)}

        def rate(ports: Ports) -> dict[str, float]:
            (guest,) = ports
            return {NAME: _ask(asked[guest])}

        seen = in_turn({guest: {guest: 0} for guest in asked}, rate)
    figures.add(NAME, seen.ratio(NAME), seen.words(NAME, "requests/s"))


@contextmanager
def _in_namespace(guest: str) -> Iterator[subprocess.Popen[str]]:
    command = [*NAMESPACE, sys.executable, "-c", f"from {__name__} import main; main()", guest]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == f"{READY}\n"
        yield process
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _ask(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


@contextmanager
def _serving(guest: str) -> Iterator[None]:
    web = service.web()
    if guest == LINUX:
        with serving(plugged(LinuxGuest(), tap=INTERFACE), web.source, READY, python_of(web)):
            yield
    else:
        with ours(build(web.stack(network=Tap(INTERFACE))), ()):
            yield


def main() -> None:
    """In the namespace: serves, and measures for each line of standard input."""
    for command in COMMANDS:
        subprocess.run(command.split(), check=True)
    with _serving(sys.argv[1]):
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            load = clients.ab(80, CONNECTIONS, REQUESTS, host=GUEST)
            sys.stdout.write(f"{load.held}\n")
            sys.stdout.flush()
