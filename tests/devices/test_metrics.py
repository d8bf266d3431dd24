"""What a machine counts of itself is what was done; and what it costs who does not count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import (
    Device,
    Metrics,
    MockClock,
    RamDisk,
    Rdrand,
    RomFiles,
    StaticIp,
    Uart16550,
    VirtioBlock,
    VirtioConsole,
    VirtioEntropy,
    VirtioNet,
)
from unikernel.machine.boot import boot
from unikernel.machine.metrics import QueueDepth
from unikernel.machine.panic import Symbols
from unikernel.stack import Stack

PATIENCE_S = 30
BLOCKS = """
import gc, json, unikernel
metrics = unikernel.device("metrics")
disk = unikernel.device("DISK")
block = bytearray(512)
for number in range(5):
    disk.writeblocks(number, block)
for number in range(3):
    disk.readblocks(number, bytearray(1024))
disk.flush()
try:
    disk.readblocks(1 << 40, block)
except OSError:
    pass
print(json.dumps(metrics.read()["devices"]["DISK"]))
"""
HEAP = """
import gc, json, unikernel
metrics = unikernel.device("metrics")
gc.collect()
first = metrics.read()
large = bytearray(300000)
del large
gc.collect()
print(json.dumps([first, metrics.read()]))
"""
SLEEPS = """
import json, time, unikernel
time.sleep(34)
for _ in range(4):
    time.sleep(4)
"""
QUEUES = """
import json, unikernel
disk = unikernel.device("data")
disk.writeblocks(0, bytearray(4096))
unikernel.reseed()
print(json.dumps(unikernel.device("metrics").read()["queues"]))
"""
COUNTED = """
print("hello")
print(json.dumps(unikernel.device("metrics").read()["devices"]["uart16550"]))
"""


def image_of(app: str, folder: Path, *devices: Device) -> Image:
    return build(Stack("counted", App.from_text(app), (*devices, Rdrand(), RomFiles())), into=folder / "build")


async def said(image: Image) -> str:
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert run.status == 0, run.transcript.text
    return run.transcript.text


@pytest.mark.parametrize("disk", [RamDisk(name="data"), VirtioBlock(name="data", size=1 << 20)], ids=["ram", "virtio"])
async def test_what_goes_through_a_disk_is_counted(disk: Device, tmp_path: Path) -> None:
    text = await said(image_of(BLOCKS.replace("DISK", "data"), tmp_path, Uart16550(), disk, Metrics()))
    assert json.loads(text) == {
        "reads": 4,
        "writes": 5,
        "flushes": 1,
        "read_bytes": 3 * 1024,
        "written_bytes": 5 * 512,
        "errors": 1,
    }


async def test_the_heaps_highest_is_kept(tmp_path: Path) -> None:
    before, after = json.loads(await said(image_of(HEAP, tmp_path, Uart16550(), Metrics())))
    assert after["uptime_s"] > before["uptime_s"] > 0
    assert after["heap"]["collections"] == before["heap"]["collections"] + 1
    assert after["heap"]["used"] + after["heap"]["free"] == after["heap"]["bytes"]
    assert after["heap"]["used"] <= after["heap"]["high"] - 300_000


async def test_a_line_comes_where_the_app_sleeps(tmp_path: Path) -> None:
    text = await said(image_of(SLEEPS + COUNTED, tmp_path, Uart16550(), MockClock(), Metrics(every_s=10)))
    *lines, hello, last = text.splitlines()
    assert hello == "hello"
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [each["uptime_s"] for each in found] == [10, 20, 30, 40]
    assert found[-1]["devices"]["uart16550"] == {}
    assert found[-1]["queues"] == {}
    assert json.loads(last) == {"writes": 3, "written_bytes": 7}


@pytest.mark.parametrize("target", ["x86_64-microvm", "x86_64-q35"])
async def test_every_queue_that_a_device_holds_is_shown(target: str, tmp_path: Path) -> None:
    disk, ram = VirtioBlock(name="data", size=1 << 20), RamDisk()
    devices = (VirtioConsole(channels="events"), disk, ram, VirtioEntropy(), VirtioNet(), Metrics(), RomFiles())
    stack = Stack("queues", App.from_text(QUEUES), devices, target=target)
    queues = json.loads(await said(build(stack, into=tmp_path / "build")))
    assert queues.keys() == {"virtioconsole", "data", "virtioentropy", "virtionet"}
    receive, send = queues["virtionet"]
    assert receive["in_flight"] == receive["high"] == receive["size"] > 0 == send["in_flight"]
    assert queues["data"] == [{"size": 4, "in_flight": 0, "high": 1}]
    assert queues["virtioentropy"] == [{"size": 1, "in_flight": 0, "high": 1}]
    # VIRTIO 1.2, section 5.3.2: two of port 0, which stays empty; the control queue's; the console's, its breaks', the channel's.
    shown = [(each["size"], each["in_flight"], each["high"]) for each in queues["virtioconsole"]]
    given, idle = (4, 4, 4), (2, 0, 0)
    assert shown[:4] == [(4, 0, 0), idle, (16, 16, 16), (2, 0, 1)]
    assert sorted(shown[4:]) == sorted([given, idle] * 3)


async def test_lines_go_to_a_channel(tmp_path: Path) -> None:
    devices = (VirtioConsole(channels="metrics"), MockClock(), Metrics(every_s=30, channel="metrics"))
    run = await (await boot(image_of(SLEEPS + "print('done')\n", tmp_path, *devices), timeout_s=PATIENCE_S)).wait()
    assert run.transcript.text == "done\n"
    assert json.loads(run.channels["metrics"].text)["uptime_s"] == 30


PINGS = """
import json, unikernel
ip = unikernel.device("staticip")
for _ in range(3):
    ip.ping("10.0.2.2")
print(json.dumps([unikernel.device("metrics").read(), ip.counts(), {n: tuple(p) for n, p in ip.pools().items()}]))
"""


async def test_what_goes_through_a_nic_and_what_the_network_holds_is_told(tmp_path: Path) -> None:
    devices = (Uart16550(), Metrics(), VirtioNet(name="net"), StaticIp())
    metrics, counts, pools = json.loads(await said(image_of(PINGS, tmp_path, *devices)))
    nic = metrics["devices"]["net"]
    assert (nic["reads"], nic["writes"]) == (counts["frames_in"], counts["frames_out"])
    assert nic["reads"] >= 4  # who 10.0.2.2 is, and three answers
    assert nic["read_bytes"] > 3 * 74
    assert metrics["network"] == counts
    names = ("used", "high", "size", "failed")
    assert metrics["pools"] == {name: dict(zip(names, pool, strict=True)) for name, pool in pools.items()}


async def test_an_image_without_it_has_none_of_it(tmp_path: Path) -> None:
    image = image_of("print(1)", tmp_path, Uart16550())
    assert image.debug_path is not None
    assert not [name for _, _, name in Symbols.read(image.debug_path).table if "metrics" in name or "counted" in name]


COUNTS = """
import time, unikernel
disk = unikernel.device("data")
for number in range(5):
    disk.writeblocks(number, bytearray(512))
disk.readblocks(0, bytearray(1024))
disk.flush()
while True:
    time.sleep(0.2)
"""


async def test_the_host_sees_what_the_machine_says(tmp_path: Path) -> None:
    devices = (Uart16550(), VirtioBlock(name="data", size=1 << 20), Metrics(every_s=1))
    async with await boot(image_of(COUNTS, tmp_path, *devices), timeout_s=PATIENCE_S) as machine:
        await machine.console.expect("\n")
        metrics = await machine.metrics()
    host, said = metrics.host, metrics.said
    assert host.processor_s > 0
    assert host.resident_bytes > 1 << 20
    assert said["devices"]["data"] == {"reads": 1, "writes": 5, "flushes": 1, "read_bytes": 1024, "written_bytes": 2560}
    data = host.drives["data"]
    assert (data.writes, data.flushes, data.written_bytes, data.errors) == (5, 1, 2560, 0)
    assert (data.reads, data.read_bytes) == (1, 1024)
    assert "data: written bytes" in str(metrics)
    assert host.queues["data"] == (QueueDepth(4, 0, 0),)
    assert said["queues"] == {"data": [{"size": 4, "in_flight": 0, "high": 1}]}
    assert "data: queue 0" in str(metrics)


BUSY = """
import unikernel
disk = unikernel.device("data")
print("begins")
while True:
    disk.writeblocks(0, bytearray(4096))
"""


@pytest.mark.parametrize("target", ["x86_64-microvm", "x86_64-q35"])
async def test_the_host_sees_a_request_in_flight(target: str, tmp_path: Path) -> None:
    disk = VirtioBlock(name="data", size=1 << 20, operations_per_second=1)
    stack = Stack("busy", App.from_text(BUSY), (VirtioConsole(), disk, VirtioEntropy(), RomFiles()), target=target)
    async with await boot(build(stack, into=tmp_path / "build"), timeout_s=PATIENCE_S) as machine:
        await machine.console.expect("begins")
        queues = (await machine.host_view()).queues
        while queues["data"][0].high == 0:
            queues = (await machine.host_view()).queues
    assert queues["data"] == (QueueDepth(4, 1, 1),)
    assert queues["virtioentropy"][0].size == 1
    assert [each.size for each in queues["virtioconsole"]] == [4, 2, 16, 2, 4, 2, 4, 2]
