"""The encrypted disk on the real QEMU: the standard's own vector on the disk below, and a key that is nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.promises.c_image import c_image
from unikernel import sweep
from unikernel.build.image import Image
from unikernel.devices import EncryptedBlock, TscClock, Uart16550, VirtioBlock
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.machine.qemu.session import Qemu
from unikernel.machine.run import Run
from unikernel.machine.vmm import Hardware, Session

HERE = Path(__file__).parent / "encrypted_block"
PATIENCE_S = 30
KEY = bytes.fromhex(
    "2718281828459045235360287471352662497757247093699959574966967627"
    "3141592653589793238462643383279502884197169399375105820974944592"
)
"""Of IEEE 1619-2018, annex B, vectors 10 to 14; what follows is vector 10's text under it, as data unit 255."""
FIRST = bytes.fromhex("1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b")
LAST = bytes.fromhex("773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151")


class Watched(Qemu):
    """QEMU, and what a machine's memory holds at its end."""

    memory = b""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.forgetful = forgetful

    async def start(self, hardware: Hardware) -> Session:
        session = await super().start(replace(hardware, secrets=None) if self.forgetful else hardware)
        close = session.close

        async def closing() -> None:
            self.memory = session.memory(0, hardware.memory_bytes)
            await close()

        session.close = closing  # type: ignore[method-assign]  # of this session alone: the last look at its memory
        return session


def image_of(name: str, folder: Path) -> Image:
    (folder / "build").mkdir()
    devices = (Uart16550(), TscClock(), EncryptedBlock(name="vault", disk=VirtioBlock(name="disk")))
    return c_image(HERE / f"{name}.c", devices, folder / "build")


@pytest.fixture(scope="module")
def vector(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return image_of("vector", tmp_path_factory.mktemp("vector"))


async def ended(image: Image, vmm: Watched, target: str = "x86_64-microvm") -> Run:
    machine = await boot(image, target=target, timeout_s=PATIENCE_S, parameters={"vault.key": KEY}, vmm=vmm)
    return await machine.wait(PATIENCE_S)


def check_the_key_is_gone(run: Run, memory: bytes) -> None:
    assert run.records.valid
    assert len(memory) == 8 << 20
    for part in (KEY[:32], KEY[32:], KEY.hex().encode()):
        assert part not in memory
        assert part.hex() not in " ".join(run.command)


@pytest.mark.parametrize("target", ["x86_64-microvm", "x86_64-q35"])
async def test_the_disk_below_holds_the_standards_vector(vector: Image, target: str) -> None:
    run = await ended(vector, vmm := Watched(), target)
    assert (run.status, run.transcript.text) == (0, "whole\n"), run.reason
    content = (vector.path.parents[1] / "disks/disk.img").read_bytes()
    unit = content[255 * 512 : 256 * 512]
    assert (unit[:32], unit[-32:]) == (FIRST, LAST)
    assert not any(content[: 255 * 512])
    check_the_key_is_gone(run, vmm.memory)


async def test_a_panic_leaves_nothing_of_the_key_either(tmp_path: Path) -> None:
    run = await ended(image_of("panics", tmp_path), vmm := Watched())
    assert run.ended_by == "panic"
    check_the_key_is_gone(run, vmm.memory)


def test_sweeps_give_the_key_to_each_boot(vector: Image) -> None:
    assert len(sweep.boots(vector, 2, parameters={"vault.key": KEY}).image.ms) == 2
    assert sweep.memory(vector, parameters={"vault.key": KEY}).used_bytes > 0
    for swept in (lambda: sweep.boots(vector, 1), lambda: sweep.memory(vector)):
        with pytest.raises(Refusal, match="^vault.key: it is a secret that each boot must give"):
            swept()


async def test_without_a_key_the_disk_does_not_come_up(vector: Image) -> None:
    run = await ended(vector, Watched(forgetful=True))
    assert (run.status, run.transcript.text) == (2, "no key\n")
