"""The clients, which run on the same two processors as what they measure: ab and wrk, in C, where there is much to send."""

from __future__ import annotations

import re
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass

from tests.bench.network.apps import BULK_BYTES, END, PIECE_BYTES
from unikernel.devices.network import LOOPBACK
from unikernel.units import MIB

PATIENCE_S = 20
SMALL = bytes(range(32))
"""What goes there and back."""
WARM_UP = 50


@dataclass(frozen=True)
class Load:
    """What a client saw: requests a second, the time in ms that one in a hundred took longer than, and how many failed."""

    rate: float
    p99_ms: float
    failed: int = 0

    @property
    def held(self) -> float:
        """The rate, where none failed."""
        return 0.0 if self.failed else self.rate


def ab(
    port: int,
    connections: int,
    requests: int,
    *,
    scheme: str = "http",
    host: str = LOOPBACK,
    patience_s: int = PATIENCE_S,
) -> Load:
    """By ApacheBench: a connection for each request, which fails when nothing comes for `patience_s`."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as table:
        command = ["ab", "-q", "-s", f"{patience_s}", "-c", str(connections), "-n", str(requests), "-e", table.name]
        done = subprocess.run([*command, f"{scheme}://{host}:{port}/"], capture_output=True, text=True, check=False)
        text = table.read().decode()
    if done.returncode:
        return Load(0.0, 0.0, requests)
    rate = _number(r"^Requests per second: +([\d.]+)", done.stdout)
    failed = sum(int(_number(rf"^{head}: +(\d+)", done.stdout, 0)) for head in ("Failed requests", "Non-2xx responses"))
    return Load(rate, _number(r"^99,([\d.]+)$", text), failed)


def wrk(port: int, connections: int, seconds: int) -> Load:
    """By wrk: connections are kept."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://{LOOPBACK}:{port}/"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^ +99% +([\d.]+)(us|ms|s)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout)
    failed = sum(map(int, errors.groups())) if errors else 0
    failed += int(_number(r"Non-2xx or 3xx responses: (\d+)", done.stdout, 0))
    p99_ms = float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]
    return Load(_number(r"^Requests/sec: +([\d.]+)", done.stdout), p99_ms, failed)


def tcp_round_trip_us(port: int, count: int) -> float:
    """The median of `count` times there and back, over one connection."""
    with _connected(port) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _round_trip_us(opened, count)


def udp_round_trip_us(port: int, count: int) -> float:
    """The same by datagrams; raises `TimeoutError` where one is lost."""
    with socket.socket(type=socket.SOCK_DGRAM) as opened:
        opened.settimeout(PATIENCE_S)
        opened.connect((LOOPBACK, port))
        return _round_trip_us(opened, count)


def tcp_in_mib_s(port: int) -> float:
    """MiB a second into the machine, from the first byte to its word that it has the last."""
    piece = bytes(PIECE_BYTES)
    with _connected(port) as opened:
        began = time.perf_counter()
        for _ in range(BULK_BYTES // PIECE_BYTES):
            opened.sendall(piece)
        assert opened.recv(64) == END.encode()
        return BULK_BYTES / MIB / (time.perf_counter() - began)


def tcp_out_mib_s(port: int) -> float:
    """MiB a second out of the machine, all of them."""
    room = bytearray(PIECE_BYTES)
    with _connected(port) as opened:
        began = time.perf_counter()
        count = 0
        while found := opened.recv_into(room):
            count += found
        assert count == BULK_BYTES, f"{count} of {BULK_BYTES} bytes came"
        return BULK_BYTES / MIB / (time.perf_counter() - began)


def handshakes_per_s(port: int, count: int) -> float:
    """Full handshakes of TLS 1.3 with P-256, one after the other, each with a connection of its own; no session lasts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_ecdh_curve("prime256v1")
    began = time.perf_counter()
    for _ in range(count):
        with _connected(port) as opened, context.wrap_socket(opened) as secured:
            assert secured.recv(64) == END.encode()
    return count / (time.perf_counter() - began)


def _connected(port: int) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), PATIENCE_S)


def _round_trip_us(opened: socket.socket, count: int) -> float:
    took = []
    for _ in range(WARM_UP + count):
        began = time.perf_counter()
        opened.send(SMALL)
        assert opened.recv(64) == SMALL
        took.append(time.perf_counter() - began)
    return 1e6 * statistics.median(took[WARM_UP:])


def _number(pattern: str, text: str, default: float | None = None) -> float:
    found = re.search(pattern, text, re.MULTILINE)
    if found is None and default is not None:
        return default
    assert found, text
    return float(found[1])
