"""Clients of the distribution against unmodified packages in a machine: curl, ab and wrk ask Microdot, iperf3 asks uiperf3."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import (
    Device,
    Rdrand,
    RomFiles,
    StaticIp,
    TcpSockets,
    TscClock,
    Uart16550,
    UserNetwork,
    VirtioNet,
)
from unikernel.machine.network.forwards import OpenForward
from unikernel.machine.sync import boot
from unikernel.stack import Stack

PATIENCE_S: Final = 60
WEB: Final = """
from microdot import Microdot
app = Microdot()
notes = []

@app.route("/")
async def index(request):
    return "Hello, world!"

@app.post("/notes")
async def note(request):
    notes.append(request.json["text"])
    return {"notes": notes}, 201

print("it serves")
app.run(port=80)
"""
IPERF: Final = """
import uiperf3
print("it serves")
uiperf3.server()
"""
BLOCK_BYTES: Final = 4096
"""A block that a socket has room for: uiperf3 sends a whole one to a client that has stopped to read."""


def image_of(name: str, source: str, package: str, folder: Path) -> Image:
    devices: tuple[Device, ...] = (Uart16550(), TscClock(), Rdrand(), RomFiles(), VirtioNet(UserNetwork()))
    stack = Stack(name, App.from_text(source), (*devices, StaticIp(), TcpSockets()), packages=(package,))
    return build(stack, into=folder)


@contextmanager
def served(image: Image, port: int) -> Iterator[OpenForward]:
    """The forward of a machine that serves."""
    with boot(image, forward=[f"0:{port}"], timeout_s=10 * PATIENCE_S) as machine:
        machine.console.expect("it serves", timeout_s=PATIENCE_S)
        yield machine.forwards[0]


def said(*command: str) -> str:
    """What a command wrote; it must end well."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a machine that answers HTTP."""
    image = image_of("web", WEB, "microdot==2.7.0", tmp_path_factory.mktemp("web"))
    with served(image, 80) as forward:
        yield f"http://{forward.host}:{forward.port}"


def test_curl_asks_and_tells(web: str) -> None:
    assert said("curl", "-sS", "--fail", f"{web}/") == "Hello, world!"
    note = ("-H", "Content-Type: application/json", "-d", '{"text": "from curl"}')
    assert said("curl", "-sS", *note, "-w", "\n%{http_code}", f"{web}/notes") == '{"notes": ["from curl"]}\n201'
    assert said("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"{web}/nowhere") == "404"
    assert said("curl", "-sS", "--head", f"{web}/").startswith("HTTP/1.0 200 OK")


def test_curl_hears_that_what_it_sends_is_too_long(web: str, tmp_path: Path) -> None:
    # Microdot answers without reading it.
    (tmp_path / "long").write_bytes(bytes(30_000))
    answer = said("curl", "-sS", "-w", "\n%{http_code}", "--data-binary", f"@{tmp_path / 'long'}", f"{web}/notes")
    assert answer == "Payload too large\n413"


def test_ab_misses_no_answer(web: str) -> None:
    found = said("ab", "-q", "-n", "1000", "-c", "16", f"{web}/")
    assert re.search(r"^Complete requests: +1000$", found, re.MULTILINE), found
    assert re.search(r"^Failed requests: +0$", found, re.MULTILINE), found


def test_wrk_sees_no_error(web: str) -> None:
    found = said("wrk", "-t1", "-c16", "-d2s", f"{web}/")
    answered = re.search(r"(\d+) requests in", found)
    assert answered, found
    assert int(answered[1]) > 0
    assert "Socket errors" not in found
    assert "Non-2xx" not in found


@pytest.fixture(scope="module")
def iperf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenForward]:
    """A machine that measures with iperf3 clients."""
    image = image_of("iperf", IPERF, "uiperf3==0.1.2", tmp_path_factory.mktemp("iperf"))
    with served(image, 5201) as forward:
        yield forward


@pytest.mark.parametrize("way", [(), ("--reverse",)], ids=["in", "out"])
def test_iperf3_measures_both_ways(iperf: OpenForward, way: tuple[str, ...]) -> None:
    options = ("--port", f"{iperf.port}", "--time", "1", "--length", f"{BLOCK_BYTES}", "--json")
    found: dict[str, Any] = json.loads(said("iperf3", "--client", iperf.host, *options, *way))
    received = found["end"]["sum_received"]["bytes"]
    # What is under way at the end has been sent, and is not counted as received.
    assert 0 < received <= found["end"]["sum_sent"]["bytes"]
