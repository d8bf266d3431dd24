"""What a boot sets, as the running app and the drivers see it, over both transports."""

from __future__ import annotations

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import OPEN, RamDisk, VirtioBlock
from unikernel.machine.boot import boot
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.stack import Stack
from unikernel.units import KIB, MIB

PATIENCE_S = 30
APP = """
import unikernel
for key, value in sorted(unikernel.parameters().items()):
    print(key, repr(value))
print(unikernel.memory().total - unikernel.memory().heap > 3 << 20)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    parameters = {"greeting": OPEN("Hello"), "times": OPEN(2), "loud": OPEN(False), "colour": "red"}
    stack = Stack.default("open", App.from_text(APP), parameters=parameters)
    stack = stack.add(RamDisk(size=OPEN)).add(VirtioBlock(name="data", size=OPEN))
    return build(stack, into=tmp_path_factory.mktemp("open") / "build")


async def said(image: Image, **options: object) -> list[str]:
    run = await (await boot(image, timeout_s=PATIENCE_S, **options)).wait(2 * PATIENCE_S)  # type: ignore[arg-type]
    assert run.status == 0, run.transcript.text
    return run.transcript.text.splitlines()


async def test_what_nobody_sets_has_its_default(image: Image) -> None:
    assert await said(image) == [
        "colour 'red'",
        f"data.size {4 * MIB}",
        "greeting 'Hello'",
        "loud False",
        f"ramdisk.size {256 * KIB}",
        "times 2",
        "False",
    ]
    assert (image.path.parents[1] / "disks/data.img").stat().st_size == 4 * MIB


@pytest.mark.parametrize("target", ["x86_64-microvm", "x86_64-q35"])
async def test_what_is_set_reaches_app_driver_and_host(image: Image, target: str) -> None:
    disk = image.path.parents[1] / "disks/data.img"
    disk.unlink(missing_ok=True)
    parameters = {
        "greeting": "h\u00e9 ho, \"100 %\" = 'x'",
        "times": "-3",
        "loud": True,
        "ramdisk.size": 3 * MIB,
        "data.size": "8MiB",
    }
    lines = await said(image, target=target, parameters=parameters)
    assert lines[1:] == [
        f"data.size {8 * MIB}",
        f"greeting {parameters['greeting']!r}".replace("\u00e9", "\\xe9"),
        "loud True",
        f"ramdisk.size {3 * MIB}",
        "times -3",
        "True",
    ]
    assert disk.stat().st_size == 8 * MIB
    disk.unlink()


async def test_the_longest_text_that_is_not_refused_comes_whole(image: Image) -> None:
    lines = await said(image, target="x86_64-q35", parameters={"greeting": "x" * 1700})
    assert lines[2] == f"greeting '{'x' * 1700}'"


async def test_a_life_begins_again_with_the_same(image: Image) -> None:
    async def script(machine: FakeMachine) -> None:
        await machine.write(machine.hardware.command_line)
        await machine.read()

    machine = await boot(image, vmm=Fake(script), parameters={"times": 5})
    for _ in range(2):
        await machine.console.expect("app.times=5")
        await machine.restart()
    run = await machine.stop()
    assert run.restarts == 2
