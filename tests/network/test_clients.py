"""Clients of the distribution against unmodified packages in a machine: curl, ab and wrk ask Microdot, iperf3 asks uiperf3."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from unikernel.machine.boot import boot
from unikernel.machine.network.forwards import OpenForward
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


def image_of(name: str, source: str, package: str, folder: Path) -> Image:
    devices: tuple[Device, ...] = (Uart16550(), TscClock(), Rdrand(), RomFiles(), VirtioNet(UserNetwork()))
    stack = Stack(name, App.from_text(source), (*devices, StaticIp(), TcpSockets()), packages=(package,))
    return build(stack, into=folder)


@asynccontextmanager
async def served(image: Image, port: int) -> AsyncIterator[OpenForward]:
    """The forward of a machine that serves."""
    async with await boot(image, forward=[f"0:{port}"], timeout_s=10 * PATIENCE_S) as machine:
        await machine.console.expect("it serves")
        yield machine.forwards[0]


async def said(*command: str) -> str:
    """What a command wrote; it must end well."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(PATIENCE_S):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{command[0]} ended with {process.returncode}: {output!r} {errors!r}"
    return output.decode()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """One that answers HTTP."""
    return image_of("web", WEB, "microdot==2.7.0", tmp_path_factory.mktemp("web"))


async def test_curl_asks_and_tells(web: Image, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(bytes(30_000))
    async with served(web, 80) as forward:
        to = f"http://{forward.host}:{forward.port}"
        assert await said("curl", "-sS", "--fail", f"{to}/") == "Hello, world!"
        note = ("-H", "Content-Type: application/json", "-d", '{"text": "from curl"}')
        assert (
            await said("curl", "-sS", *note, "-w", "\n%{http_code}", f"{to}/notes") == '{"notes": ["from curl"]}\n201'
        )
        assert await said("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"{to}/nowhere") == "404"
        assert (await said("curl", "-sS", "--head", f"{to}/")).startswith("HTTP/1.0 200 OK")
        # Microdot answers without reading it.
        long = ("-w", "\n%{http_code}", "--data-binary", f"@{tmp_path / 'long'}")
        assert await said("curl", "-sS", *long, f"{to}/notes") == "Payload too large\n413"


async def test_ab_misses_no_answer(web: Image) -> None:
    async with served(web, 80) as forward:
        found = await said("ab", "-q", "-n", "1000", "-c", "16", f"http://{forward.host}:{forward.port}/")
    assert re.search(r"^Complete requests: +1000$", found, re.MULTILINE), found
    assert re.search(r"^Failed requests: +0$", found, re.MULTILINE), found


async def test_wrk_sees_no_error(web: Image) -> None:
    async with served(web, 80) as forward:
        found = await said("wrk", "-t1", "-c16", "-d2s", f"http://{forward.host}:{forward.port}/")
    answered = re.search(r"(\d+) requests in", found)
    assert answered, found
    assert int(answered[1]) > 0
    assert "Socket errors" not in found
    assert "Non-2xx" not in found


async def test_iperf3_measures_the_way_in(tmp_path: Path) -> None:
    # The way out is left: uiperf3 goes on sending for as long as its client reads.
    async with served(image_of("iperf", IPERF, "uiperf3==0.1.2", tmp_path), 5201) as forward:
        options = ("--port", f"{forward.port}", "--time", "1", "--json")
        found: dict[str, Any] = json.loads(await said("iperf3", "--client", forward.host, *options))
    # What is under way at the end has been sent, and is not counted as received.
    assert 0 < found["end"]["sum_received"]["bytes"] <= found["end"]["sum_sent"]["bytes"]
