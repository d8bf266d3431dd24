"""Microdot, as it comes from PyPI, with every kind of handler that it takes; the machine asks itself, by its loopback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.build.lock import FILE
from unikernel.devices import Loopback, Rdrand, RomFiles, TcpSockets, TscClock, Uart16550
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 60
LOCK = Path(__file__).parents[2] / "unikernel" / "templates" / "web" / FILE
"""The release that the template has, which is in the cache where any test has built it."""
ASKING = """
import asyncio
import micropython
from microdot import Microdot

app = Microdot()
{handlers}

async def ask(path):
    reader, writer = await asyncio.open_connection("127.0.0.1", 80)
    writer.write(b"GET " + path.encode() + b" HTTP/1.0\\r\\n\\r\\n")
    await writer.drain()
    head, body = (await reader.read(-1)).split(b"\\r\\n\\r\\n", 1)
    writer.close()
    print(path, head.split()[1].decode(), body.decode())

async def main():
    serving = asyncio.create_task(app.start_server(port=80))
    await asyncio.sleep(0)
    for path in {paths}:
        await ask(path)

asyncio.run(main())
"""
HANDLERS = """
@app.get("/async")
async def coroutine(request):
    return "async"

@app.get("/plain")
def plain(request):
    return "plain"

@app.get("/raises")
def raises(request):
    raise KeyError("lost")

@app.errorhandler(KeyError)
def caught(request, error):
    return "caught " + error.args[0]

@app.get("/native")
@micropython.native
async def native(request):
    return "native"

@app.get("/native-plain")
@micropython.native
def native_plain(request):
    return "native plain"

def made(word):
    async def handler(request):
        return word
    return handler
app.get("/closure")(made("closure"))

class Pages:
    async def page(self, request):
        return "method"
app.get("/method")(Pages().page)
"""
ANSWERS = {
    "/async": "async",
    "/plain": "plain",
    "/raises": "caught lost",
    "/native": "native",
    "/native-plain": "native plain",
    "/closure": "closure",
    "/method": "method",
}


@pytest.mark.parametrize("native", [False, True], ids=["bytecode", "machine code"])
async def test_every_handler_answers(native: bool, tmp_path: Path) -> None:
    text = ASKING.format(handlers=HANDLERS, paths=tuple(ANSWERS))
    (tmp_path / "main.py").write_text(f"# unikernel: native\n{text}" if native else text)
    shutil.copy(LOCK, tmp_path)
    devices = (Loopback(), TcpSockets(), Uart16550(), TscClock(), Rdrand(), RomFiles())
    stack = Stack("asked", App.from_folder(tmp_path), devices, packages=("microdot==2.7.0",))
    run = await (await boot(build(stack, into=tmp_path / "build"), timeout_s=PATIENCE_S)).wait()
    said = [line for line in run.transcript.text.splitlines() if line[:1] == "/"]  # it prints what was raised, too
    assert said == [f"{path} 200 {answer}" for path, answer in ANSWERS.items()]
