"""The virtio disk on the real QEMU, over both transports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.c_image import c_image
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import TscClock, Uart16550, VirtioBlock
from unikernel.machine.boot import boot
from unikernel.stack import Stack

HERE = Path(__file__).parent
PATIENCE_S = 30
TARGETS = ("x86_64-microvm", "x86_64-q35")


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("block") / "build"
    folder.mkdir()
    devices = (Uart16550(), TscClock(), VirtioBlock(name="other"), VirtioBlock(name="data"))
    return c_image(HERE / "virtio_block" / "round_trip.c", devices, folder)


@pytest.mark.parametrize("target", TARGETS)
async def test_a_disk_keeps_what_is_written_on_either_transport(round_trip: Image, target: str) -> None:
    run = await (await boot(round_trip, target=target, timeout_s=PATIENCE_S)).wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (0, "whole\n"), run.reason
    disk = round_trip.path.parents[1] / "disks" / "data.img"
    content = disk.read_bytes()
    assert content[: 7 * 512] == bytes(7 * 512)
    assert content[8 * 512 : 307 * 512] == bytes((i * 31 + i // 512) % 256 for i in range(512, 300 * 512))
    assert not any((disk.parent / "other.img").read_bytes())


LIMITED = """
import time, unikernel
disk, block = unikernel.device("data"), bytearray(512)
began = time.ticks_ms()
for number in range(30):
    disk.readblocks(number, block)
print(time.ticks_diff(time.ticks_ms(), began))
"""


async def test_a_rate_is_kept(tmp_path: Path) -> None:
    disk = VirtioBlock(name="data", operations_per_second=20, bytes_per_second=1 << 20)
    folder = tmp_path / "build"
    image = build(Stack.default("limited", App.from_text(LIMITED)).add(disk), into=folder)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait(PATIENCE_S)
    assert run.status == 0, run.transcript.text
    # At 20 a second 30 take a second and a half, less what a burst allows; without the limit some milliseconds.
    assert int(run.transcript.text) > 500
