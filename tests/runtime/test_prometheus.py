"""What the module prometheus writes is read by Prometheus's own client library, whole and as it was meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import Loopback, Metrics, Rdrand, RomFiles, Uart16550, VirtioBlock
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 60
APP = """
import json, prometheus, unikernel
disk = unikernel.device("data")
disk.writeblocks(0, bytearray(512))
unikernel.device("loopback").ping("127.0.0.1")
metrics = unikernel.device("metrics").read()
print(json.dumps([prometheus.text({"requests_total": 7, "load": 0.5}, metrics), metrics, prometheus.text()]))
"""
WITHOUT = """
import prometheus
try:
    prometheus.text()
except OSError as error:
    print(error.errno, error.args[1])
"""


def parsed(text: str) -> dict[tuple[str, ...], tuple[str, float]]:
    """By name and the labels' values: the type and the value."""
    return {
        (sample.name, *sample.labels.values()): (family.type, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def said(app: str, folder: Path, *devices: Any) -> str:
    stack = Stack("counted", App.from_text(app), (*devices, Uart16550(), Rdrand(), RomFiles()))
    run = await (await boot(build(stack, into=folder / "build"), timeout_s=PATIENCE_S)).wait()
    assert run.status == 0, run.transcript.text
    return run.transcript.text


async def test_prometheus_reads_what_the_machine_counts(tmp_path: Path) -> None:
    devices = (VirtioBlock(name="data", size=1 << 20), Loopback(), Metrics())
    text, metrics, again = json.loads(await said(APP, tmp_path, *devices))
    found = parsed(text)
    assert found["unikernel_uptime_seconds",] == ("gauge", metrics["uptime_s"])
    assert found["unikernel_heap_used_bytes",] == ("gauge", metrics["heap"]["used"])
    assert found["unikernel_heap_collections_total",] == ("counter", metrics["heap"]["collections"])
    assert found["unikernel_device_written_bytes_total", "data"] == ("counter", 512)
    assert found["unikernel_queue_high", "data", "0"] == ("gauge", 1)
    assert found["unikernel_network_packets_in_total",] == ("counter", 2)
    assert found["unikernel_pool_size", "frames"] == ("gauge", metrics["pools"]["frames"]["size"])
    assert found["unikernel_pool_failed_total", "frames"] == ("counter", 0)
    assert found["requests_total",] == ("counter", 7)
    assert found["load",] == ("gauge", 0.5)
    assert len(found) == len([line for line in text.splitlines() if not line.startswith("#")])
    assert parsed(again).keys() <= found.keys()


async def test_without_the_device_it_is_said(tmp_path: Path) -> None:
    assert await said(WITHOUT, tmp_path) == "19 this stack has no device Metrics\n"
