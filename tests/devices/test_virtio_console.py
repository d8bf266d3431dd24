"""The console over virtio and its channels on the real QEMU, over both transports; no stack here has a serial port,
unless it says so.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

from tests.devices import breaks
from tests.promises.c_image import c_image
from unikernel.abi import TraceKind
from unikernel.build.image import Image
from unikernel.devices import TscClock, Uart16550, VirtioConsole
from unikernel.machine.boot import boot, describe
from unikernel.machine.limits import Limits
from unikernel.machine.qemu.command import standalone_command

HERE = Path(__file__).parent
PATIENCE_S = 30
MIB = 1 << 20
EVERY_VALUE = bytes(range(256)) * (MIB // 256)

pytestmark = pytest.mark.parametrize("target", ["x86_64-microvm", "x86_64-q35"])


def image_of(path: str, folder: Path, channels: str = "") -> Image:
    return c_image(HERE / path, (VirtioConsole(channels=channels), TscClock()), folder)


async def test_a_break_costs_no_byte_though_the_machine_reads_nothing_before(tmp_path: Path, target: str) -> None:
    await breaks.check_that_one_costs_no_byte(image_of("uart16550/break_when_full.c", tmp_path), target)


async def test_no_break_is_lost_in_a_flood_of_output(tmp_path: Path, target: str) -> None:
    await breaks.check_that_none_is_lost(image_of("uart16550/break_in_flood.c", tmp_path), target)


async def test_a_character_interrupts_in_its_order(tmp_path: Path, target: str) -> None:
    machine = await boot(image_of("virtio_console/order.c", tmp_path), target=target, timeout_s=PATIENCE_S)
    await machine.console.expect("up")
    await machine.console.send("abc\x03")
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.transcript.data) == (3, b"up\r\nabc")


async def test_channels_carry_every_byte_both_ways_at_once(tmp_path: Path, target: str) -> None:
    image = image_of("virtio_console/echo.c", tmp_path, "metrics,events")
    machine = await boot(image, target=target, timeout_s=PATIENCE_S)
    await machine.console.expect("up")
    sent = {"metrics": EVERY_VALUE, "events": EVERY_VALUE[::-1]}
    await asyncio.gather(*(machine.channels[name].send(data) for name, data in sent.items()))
    await machine.console.send(f"{2 * MIB}\n")
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.transcript.data) == (0, b"up\r\nwhole\r\n"), run.reason
    assert {name: text.data for name, text in run.channels.items()} == sent


async def test_a_panic_is_shown(tmp_path: Path, target: str) -> None:
    run = await (await boot(image_of("virtio_console/panic.c", tmp_path), target=target)).wait(PATIENCE_S)
    assert run.ended_by == "panic"
    said = run.transcript.text
    assert said.startswith("before\n\npanic: exception at 0x")
    assert said.endswith("panic: end\n")


async def test_the_command_that_one_can_paste_shows_it_though_nobody_types(tmp_path: Path, target: str) -> None:
    image = image_of("virtio_console/panic.c", tmp_path, "metrics")
    command = standalone_command(describe(image, Limits(image.manifest.memory_bytes), target=target))
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE)
    said, _ = await process.communicate()
    assert said.startswith(b"before\r\n")
    assert said.endswith(b"panic: end\r\n")


async def test_several_consoles_are_told_apart_by_name(tmp_path: Path, target: str) -> None:
    devices = (Uart16550(), VirtioConsole(name="a", channels="one"), VirtioConsole(name="b", channels="two"))
    main = HERE / "virtio_console" / "two.c"
    for console in ("uart16550", "b"):
        image = c_image(main, (*devices, TscClock()), tmp_path, uses={"console": console})
        run = await (await boot(image, target=target, timeout_s=PATIENCE_S)).wait(PATIENCE_S)
        said = {"uart16550": b"", "a": b"a", "b": b"b", "one": b"one", "two": b"two"}
        assert run.transcript.data == said.pop(console) + b"console\r\n", run.reason
        assert {name: text.data for name, text in run.channels.items()} == said


async def test_a_console_that_is_absent_is_named(tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = image_of("virtio_console/order.c", tmp_path)
    monkeypatch.setattr(VirtioConsole, "attachments", lambda _self: ())
    machine = await boot(image, target=target, timeout_s=PATIENCE_S)
    while not (await machine.records()).listening:
        await asyncio.sleep(0.01)
    run = await machine.stop()
    failed = [(each.name, each.detail) for each in run.records.trace if each.kind is TraceKind.DEVICE_FAILED]
    assert failed == [("virtioconsole", 19)]
