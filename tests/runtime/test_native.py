"""Machine code of the app: it runs from the image's text, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

from tests.unit.test_build_native import cross
from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import LittleFs, RamDisk, Rdrand, RomFiles, TscClock, Uart16550
from unikernel.machine.boot import boot
from unikernel.machine.run import Run
from unikernel.stack import Stack

PATIENCE_S = 30
SUMS = """
import micropython
import helper

@micropython.native
def native(n, step=1):
    total = 0
    try:
        for i in range(0, n, step):
            total += i
        return [total for _ in range(2)]
    finally:
        total = None

@micropython.viper
def viper(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total

@micropython.native
def numbers(n):
    for i in range(n):
        yield i * i

print(native(1000), native(10, step=3), viper(1000), list(numbers(4)), helper.twice(21))
try:
    native("x")
except TypeError as error:
    print("TypeError")
try:
    exec("@micropython.native\\ndef f(): pass", {"micropython": micropython})
except SyntaxError as error:
    print(error)
"""
HELPER = """# unikernel: native
def twice(n):
    return 2 * n
"""
STRANGER = """
with open("/data/stranger.mpy", "wb") as file:
    file.write({content!r})
import sys
sys.path.append("/data")
__import__("stranger")
"""
ASYNC = """
import inspect, micropython

@micropython.native
async def function():
    pass

def closing(value):
    @micropython.native
    async def closure():
        return value
    return closure

class Thing:
    @micropython.native
    async def method(self):
        pass

@micropython.native
def plain():
    pass

print([inspect.iscoroutinefunction(each) for each in (function, closing(1), Thing().method, plain)])
"""


async def run(stack: Stack, folder: Path) -> Run:
    image = build(stack, into=folder)
    return await (await boot(image, timeout_s=PATIENCE_S)).wait(PATIENCE_S)


async def test_machine_code_does_what_bytecode_does(tmp_path: Path) -> None:
    app = App({"main.py": SUMS.encode(), "helper.py": HELPER.encode()})
    ended = await run(Stack.default("native", app), tmp_path)
    assert ended.transcript.text.splitlines() == [
        "[499500, 499500] [18, 18] 499500 [0, 1, 4, 9] 42",
        "TypeError",
        "machine code is made when the image is built",
    ]


async def test_an_async_function_of_machine_code_is_seen_as_one(tmp_path: Path) -> None:
    # By this Microdot decides whether it awaits a handler.
    ended = await run(Stack.default("native", App.from_text(ASYNC)), tmp_path)
    assert ended.transcript.text.splitlines() == ["[True, True, True, False]"]


async def test_machine_code_that_the_build_has_not_seen_does_not_run(tmp_path: Path) -> None:
    content = cross(tmp_path, "print('run')\n", "-march=x64", "-X", "emit=native")
    devices = (Uart16550(), TscClock(), Rdrand(), RomFiles(), LittleFs(disk=RamDisk(size=65536)))
    stack = Stack("stranger", App.from_text(STRANGER.format(content=content)), devices)
    ended = await run(stack, tmp_path)
    assert ended.status == 1
    assert "ValueError: this machine code was not there when the image was built" in ended.transcript.text
    assert "run" not in ended.transcript.text.splitlines()


def test_its_bytes_have_an_owner(tmp_path: Path) -> None:
    app = App({"main.py": SUMS.encode(), "helper.py": HELPER.encode()})
    image = build(Stack.default("native", app), into=tmp_path)
    owners = {each.name: each.bytes for each in image.footprint.components}
    assert owners["native"] > 500
    assert sum(owners.values()) == image.bytes
