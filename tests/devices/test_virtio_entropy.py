"""The host's random numbers on the real QEMU, over both transports; and without them, though the stack asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises.c_image import c_image
from unikernel.build.image import Image
from unikernel.devices import Rdrand, TscClock, Uart16550, VirtioEntropy
from unikernel.machine.boot import boot

HERE = Path(__file__).parent
PATIENCE_S = 30
TARGETS = ("x86_64-microvm", "x86_64-q35")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The app uses the second of three sources."""
    devices = (Uart16550(), TscClock(), Rdrand(), VirtioEntropy(name="host"), VirtioEntropy(name="other"))
    folder = tmp_path_factory.mktemp("entropy")
    return c_image(HERE / "virtio_entropy" / "numbers.c", devices, folder, uses={"entropy": "host"})


@pytest.mark.parametrize("target", TARGETS)
async def test_the_generator_is_seeded_by_the_host(numbers: Image, target: str) -> None:
    run = await (await boot(numbers, target=target, timeout_s=PATIENCE_S)).wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (0, "drawn\n"), run.reason


@pytest.mark.parametrize("target", TARGETS)
async def test_what_the_app_uses_is_not_replaced_when_it_is_absent(
    numbers: Image, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VirtioEntropy, "attachments", lambda _self: ())
    run = await (await boot(numbers, target=target, timeout_s=PATIENCE_S)).wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (0, "absent\n"), run.reason
