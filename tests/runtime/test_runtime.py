"""What an app can rely on in the machine: its endings, its input, its prompt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.build.runtime import modules_in_image
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

PATIENCE_S = 20
REACTION_S = 0.3
"""Long enough for a machine to have gone to sleep, or to have read what was sent."""

Start = Callable[..., Awaitable[Machine]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Boots an app; what still runs at the end is stopped."""
    async with AsyncExitStack() as running:

        async def started(app: str, *, prompt: bool = False) -> Machine:
            image = build(Stack.default("app", App.from_text(app)), into=tmp_path)
            return await running.enter_async_context(await boot(image, prompt=prompt, timeout_s=PATIENCE_S))

        yield started


@pytest.mark.parametrize(
    ("app", "status", "said"),
    [
        ("print('done')", 0, "done\r\n"),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit(257)", 1, ""),
        ("import sys; sys.exit(-1)", 255, ""),
        ("import sys; sys.exit('sorry')", 1, "sorry\r\n"),
        ("import unikernel; unikernel.exit(300)", 44, ""),
        ("import sys\nsys.atexit(lambda: print('last'))\nsys.exit(3)", 3, "last\r\n"),
        ("import sys\nsys.atexit(lambda: 1 // 0)\nprint('well')", 0, "well\r\nTraceback"),
        ("import time\nprint(time.gmtime(86400.5), time.mktime(time.gmtime(1)))", 0, "(1970, 1, 2, 0, 0, 0, 4, 2) 1"),
        ("import time\nprint(time.localtime()[0] == time.gmtime(time.time())[0] >= 2024)", 0, "True"),
        ("def f():\n    return 1 // 0\nf()", 1, 'File "main.py", line 2, in f\r\nZeroDivisionError'),
        ("x = []\nwhile True: x.append(bytearray(4096))", 1, "MemoryError"),
        (
            "import gc, os\nfor i in range(9): gc.collect(); x = [bytearray(64) for _ in range(99)]\nprint(os.listdir('/rom'))",
            0,
            "['main.mpy']",
        ),
        ("def f(n): return f(n + 1)\nf(0)", 1, "RuntimeError: maximum recursion depth exceeded"),
        (
            "class A:\n    def __getattr__(self, n): return getattr(self, n)\nA().x",
            1,
            "RuntimeError: maximum recursion",
        ),
        ("def f():\n    try: f()\n    except RuntimeError: print('caught')\n    else: return\nf()", 0, "caught"),
    ],
)
async def test_an_ending(start: Start, app: str, status: int, said: str) -> None:
    machine = await start(app)
    run = await machine.wait()
    assert said in run.transcript.data.decode()
    assert (run.status, run.ended_by) == (status, "machine")


async def test_the_modules_promised_are_in_the_image(start: Start) -> None:
    names = ", ".join(sorted(modules_in_image()))
    run = await (await start(f"import {names}\nhelp('modules')")).wait()
    assert run.status == 0
    listed = run.transcript.data.decode().rpartition("Plus any")[0].split()
    tops = {name.partition("/")[0] for name in listed} - {"__main__", "_asyncio"}
    assert tops == set(modules_in_image())


async def test_an_interrupt_reaches_what_runs_and_bytes_can_pass(start: Start) -> None:
    machine = await start(
        "import micropython, sys, time\n"
        "print('asleep')\n"
        "try: time.sleep(60)\n"
        "except KeyboardInterrupt: print('woken')\n"
        "try:\n    while True: pass\n"
        "except KeyboardInterrupt: print('stopped')\n"
        "try:\n    print('taken', sys.stdin.read(2))\n    sys.stdin.readline()\n"
        "except KeyboardInterrupt: print('by byte')\n"
        "micropython.kbd_intr(-1)\n"
        "print('open')\n"
        "print(sys.stdin.buffer.read(5))\n"
    )
    console = machine.console
    for line in ("asleep", "woken"):
        await console.expect(line)
        await asyncio.sleep(REACTION_S)
        await machine.interrupt()
    await console.expect("stopped")
    await console.send(b"ab")
    await console.expect("taken ab")
    await console.send(b"\x03")
    await console.expect("by byte")
    await console.expect("open")
    await console.send(b"a\x03b\x03c")
    await console.expect(r"b'a\\x03b\\x03c'")


async def test_a_task_waits_for_input_while_others_run(start: Start) -> None:
    machine = await start(
        "import asyncio, sys\n"
        "async def tick():\n"
        "    while True:\n"
        "        await asyncio.sleep_ms(20)\n"
        "        print('tick')\n"
        "async def main():\n"
        "    ticking = asyncio.create_task(tick())\n"
        "    reader = asyncio.StreamReader(sys.stdin.buffer)\n"
        "    print('line', await reader.readline())\n"
        "    ticking.cancel()\n"
        "    print('some', await reader.read(100))\n"
        "asyncio.run(main())\n"
    )
    console = machine.console
    await console.send("par")
    for _ in range(3):
        await console.expect("tick")
    await console.send("tial\n")
    await console.expect(r"line b'partial\\n'")
    await asyncio.sleep(REACTION_S)
    await console.send("abc")
    await console.expect("some b'abc'")


async def test_text_comes_in_with_one_kind_of_line_end(start: Start) -> None:
    machine = await start("import sys\nprint('ready')\nprint([sys.stdin.readline() for _ in range(3)])")
    await machine.console.expect("ready")
    await machine.console.send(b"one\rtwo\r\nthree\n")
    await machine.console.expect(r"\['one\\n', 'two\\n', 'three\\n'\]")


async def test_the_prompt_runs_lines_and_ends_the_machine(start: Start) -> None:
    machine = await start("x = 41\nraise ValueError('then a prompt')", prompt=True)
    console = machine.console
    await console.expect("ValueError: then a prompt")
    await console.expect(">>> ")
    await console.send("x + 1\r")
    await console.expect("42\r\n>>> ")
    await console.send("while True: pass\r\r\r\r\x03")
    await console.expect("KeyboardInterrupt: \r\n>>> ")
    await console.send("\x05for i in range(2):\r    print('pasted', i)\r\x04")
    await console.expect("pasted 1\r\n>>> ")
    await console.send("import sys\rsys.exit(9)\r")
    assert (await machine.wait()).status == 9


async def test_tools_speak_to_the_raw_prompt(start: Start) -> None:
    machine = await start("", prompt=True)
    console = machine.console
    await console.expect(">>> ")
    await console.send("\x01")
    await console.expect("raw REPL; CTRL-B to exit\r\n>")
    await console.send("y = 1; print(y)\x04")
    await console.expect("OK1\r\n\x04\x04>")
    await console.send("\x05A\x01")
    await console.expect("R\x01")
    await console.send("print('in windows')\x04")
    await console.expect("in windows\r\n\x04\x04>")
    for again in ("\x04", "raise SystemExit\x04"):
        await console.send(again)
        await console.expect("soft reboot\r\nraw REPL; CTRL-B to exit\r\n>")
    await console.send("print('y' in globals())\x04")
    await console.expect("OKFalse\r\n")
    await console.send("\x02")
    await console.expect(">>> ")
    await console.send("\x04")
    assert (await machine.wait()).status == 0


async def test_an_app_asks_to_be_started_again(start: Start) -> None:
    machine = await start(
        "import sys, unikernel\nprint('one more life?')\nif sys.stdin.read(1) == 'y': unikernel.restart()"
    )
    for answer in "yn":
        await machine.console.expect("life\\?")
        await machine.console.send(answer)
    run = await machine.wait()
    assert (run.status, run.restarts) == (0, 1)
    assert run.transcript.text == "one more life?\n" * 2


EXECUTOR = """
import asyncio

def add(*numbers):
    if not numbers:
        raise ValueError("nothing to add")
    return sum(numbers)

async def main():
    loop = asyncio.get_running_loop()
    later = loop.run_in_executor(None, add, 1, 2)
    print(await loop.run_in_executor(None, add, 3, 4), await later)
    try:
        await loop.run_in_executor(None, add)
    except ValueError as error:
        print(error)

try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print("none runs")
asyncio.run(main())
"""


async def test_a_loop_has_an_executor_as_packages_expect(start: Start) -> None:
    run = await (await start(EXECUTOR)).wait()
    assert run.transcript.text.splitlines() == ["none runs", "7 3", "nothing to add"]
