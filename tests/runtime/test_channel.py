"""unikernel.channel in the runtime: a stream beside the console, on a stack without a serial port."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import Repl, VirtioConsole
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 20
TALKS = """
import select, unikernel
metrics = unikernel.channel("metrics")
print(metrics)
metrics.write("written\\n")
print(metrics.readline(), metrics.read(3), metrics.readinto(bytearray(2)))
poll = select.poll()
poll.register(metrics, select.POLLIN)
print(poll.poll(0))
metrics.write(b"\\0\\xff\\n")
print(len(poll.poll()), metrics.read(1))
try:
    unikernel.channel("none")
except OSError as error:
    print(error)
"""
SHARES = """
import asyncio, unikernel
ticks = 0
async def tick():
    global ticks
    while True:
        ticks += 1
        await asyncio.sleep_ms(1)
async def main():
    task = asyncio.create_task(tick())
    stream = asyncio.StreamReader(unikernel.channel("metrics"))
    print("asks")
    print(await stream.readline(), ticks > 5)
    task.cancel()
asyncio.run(main())
"""
TURNS = """
import unikernel
print("turns")
while True:
    pass
"""


def image_of(app: str, folder: Path) -> Image:
    return build(Stack("channels", App.from_text(app), (VirtioConsole(channels="metrics"), Repl())), into=folder)


async def test_a_channel_is_a_stream_both_ways(tmp_path: Path) -> None:
    machine = await boot(image_of(TALKS, tmp_path), timeout_s=PATIENCE_S)
    metrics = machine.channels["metrics"]
    await metrics.expect("written\n")
    await metrics.send("line\nabcde")
    await metrics.expect(b"\0\xff\n")
    await metrics.send("x")
    run = await machine.wait()
    assert run.status == 0
    assert run.transcript.text.splitlines() == [
        "<Channel metrics>",
        r"b'line\n' b'abc' 2",
        "[]",
        "1 b'x'",
        "[Errno 19] ENODEV",
    ]
    assert run.channels["metrics"].data == b"written\n\0\xff\n"


async def test_a_task_waits_for_a_channel_while_others_run(tmp_path: Path) -> None:
    machine = await boot(image_of(SHARES, tmp_path), timeout_s=PATIENCE_S)
    await machine.console.expect("asks")
    await asyncio.sleep(0.1)
    await machine.channels["metrics"].send("told\n")
    run = await machine.wait()
    assert (run.status, run.transcript.text) == (0, "asks\nb'told\\n' True\n")


@pytest.mark.parametrize("typed", [True, False])
async def test_a_program_is_interrupted_by_a_byte_and_by_a_break(tmp_path: Path, *, typed: bool) -> None:
    machine = await boot(image_of(TURNS, tmp_path), timeout_s=PATIENCE_S)
    await machine.console.expect("turns")
    await (machine.console.send("\x03") if typed else machine.interrupt())
    run = await machine.wait()
    assert run.status == 1
    assert "KeyboardInterrupt" in run.transcript


async def test_the_prompt_works_and_a_restart_keeps_the_channels(tmp_path: Path) -> None:
    app = 'import unikernel\nunikernel.channel("metrics").write("life\\n")\n'
    machine = await boot(image_of(app, tmp_path), prompt=True, timeout_s=PATIENCE_S)
    await machine.console.expect(">>> ")
    await machine.restart()
    await machine.console.expect(">>> ")
    await machine.console.send("6 * 7\r")
    await machine.console.expect("42")
    await machine.console.send("\x04")
    run = await machine.wait()
    assert (run.status, run.restarts, run.channels["metrics"].data) == (0, 1, b"life\nlife\n")


async def test_without_such_a_device_there_is_no_channel(tmp_path: Path) -> None:
    app = App.from_text('import unikernel\nunikernel.channel("metrics")\n')
    run = await (await boot(build(Stack.default("plain", app), into=tmp_path), timeout_s=PATIENCE_S)).wait()
    assert "OSError: [Errno 19] ENODEV" in run.transcript.text
    assert run.channels == {}
