"""What serves in the bench: an app with its ports and packages, the same on our machines and on Linux."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.network import apps
from unikernel import devices as catalogue
from unikernel.app import App
from unikernel.devices import Device, Rdrand, RomFiles, StaticIp, TscClock, Uart16550, VirtioNet
from unikernel.devices.network import AnyNetwork, UserNetwork
from unikernel.stack import Stack

MICRODOT = "microdot==2.7.0"
Q35, MICROVM = "x86_64-q35", "x86_64-microvm"
USER = UserNetwork(outbound=True)
"""One that lets nothing out answers no datagrams, either; the Linux guest has the same."""


@dataclass(frozen=True)
class Service:
    """An app and the ports at which it serves, ``80`` or ``7/udp``; `packages` are what it imports, `devices` the classes
    that bring our machines its modules.
    """

    name: str
    source: str
    ports: tuple[str, ...]
    packages: tuple[str, ...] = ()
    devices: tuple[str, ...] = ("TcpSockets",)

    def stack(self, target: str = Q35, network: AnyNetwork = USER) -> Stack:
        """What our machines need for it, and no more."""
        brings: list[Device] = [getattr(catalogue, each)() for each in self.devices]
        devices = (
            Uart16550(),
            TscClock(),
            Rdrand(),
            RomFiles(),
            VirtioNet(network),
            StaticIp(),
            *brings,
        )
        return Stack(f"bench-{self.name}", App.from_text(self.source), devices, target, packages=self.packages)


def web(source: str = apps.WEB) -> Service:
    """Hello, world, by Microdot."""
    return Service("web", source, ("80",), (MICRODOT,))


def stream() -> Service:
    """The same answer by asyncio alone, as many as a connection asks for."""
    return Service("stream", apps.STREAM, ("80",))


def sockets() -> Service:
    """Echoes, and much in one direction, by sockets that block."""
    return Service("sockets", apps.SOCKETS, (f"{apps.ECHO}", f"{apps.SINK}", f"{apps.SOURCE}"))


def datagrams() -> Service:
    """Echoes of datagrams."""
    return Service("datagrams", apps.DATAGRAMS, (f"{apps.ECHO}/udp",), devices=("UdpSockets",))


def handshakes(folder: Path) -> Service:
    """TLS, and the end of it."""
    return Service("handshakes", _secured(apps.HANDSHAKES, folder), ("443",), devices=("TcpSockets", "MbedTls"))


def web_tls(folder: Path) -> Service:
    """Hello, world, by Microdot over TLS."""
    return Service("web-tls", _secured(apps.WEB_TLS, folder), ("443",), (MICRODOT,), ("TcpSockets", "MbedTls"))


def _secured(source: str, folder: Path) -> str:
    """With a certificate over a key on P-256, that nobody signed but itself; made in `folder` once."""
    certificate, key = folder / "certificate.der", folder / "key.der"
    if not key.exists():
        words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=localhost"
        command = ["openssl", *words.split(), "-outform", "DER", "-out", str(certificate), "-keyout", f"{key}.pem"]
        subprocess.run(command, check=True, capture_output=True)
        der = ["openssl", "pkey", "-in", f"{key}.pem", "-outform", "DER", "-out", str(key)]
        subprocess.run(der, check=True, capture_output=True)
    return source.replace(apps.CERTIFICATE, repr(certificate.read_bytes())).replace(apps.KEY, repr(key.read_bytes()))
