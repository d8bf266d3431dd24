"""The device MbedTls beside others: its memory is what it says, and an image has of mbedTLS what its devices need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.components import KERNEL_SRC
from unikernel.build.image import Image, build
from unikernel.devices import Device, EncryptedBlock, MbedTls, RamDisk
from unikernel.devices.mbed_tls import SESSION_BYTES
from unikernel.machine.boot import boot
from unikernel.machine.panic import Symbols
from unikernel.stack import Stack
from unikernel.units import MIB

PATIENCE_S = 60
APP = "import unikernel\nprint([unikernel.memory().heap, unikernel.devices()[-1].status])\n"
PAGE = 4096


def made(folder: Path, *devices: Device) -> Image:
    stack = Stack.default("tls", App.from_text(APP), memory_bytes=32 * MIB)
    for each in devices:
        stack = stack.add(each)
    return build(stack, into=folder / "-".join(["with", *(each.name for each in devices)]))


def names(image: Image) -> list[str]:
    assert image.debug_path is not None
    return [name for _, _, name in Symbols.read(image.debug_path).table]


def test_both_sides_say_the_same_of_a_session() -> None:
    header = (KERNEL_SRC / "crypto/tls.h").read_text()
    said = re.search(r"TLS_SESSION_BYTES = (\d+) \* 1024", header)
    assert said
    assert int(said[1]) * 1024 == SESSION_BYTES


@pytest.mark.parametrize("sessions", [1, 65, 200])
async def test_the_device_takes_the_memory_that_it_says(tmp_path: Path, sessions: int) -> None:
    heaps = []
    for device in ((), (MbedTls(sessions=sessions, store=128 * 1024),)):
        machine = await boot(made(tmp_path, *device), timeout_s=PATIENCE_S)
        run = await machine.wait(PATIENCE_S)
        assert run.status == 0, run.transcript.text
        image = machine.image
        heap, status = map(int, run.transcript.text.strip("[]\n").split(", "))
        assert status == 0
        heaps.append(heap + image.place.image_end)
    said = MbedTls(sessions=sessions, store=128 * 1024).memory_bytes()
    assert said - 4 * PAGE < heaps[0] - heaps[1] <= said + 2 * PAGE


def test_an_image_has_of_mbedtls_what_its_devices_need(tmp_path: Path) -> None:
    vault = EncryptedBlock(name="vault", disk=RamDisk(name="ram"))
    alone, both, tls = made(tmp_path, vault), made(tmp_path, vault, MbedTls()), made(tmp_path, MbedTls())
    assert not [name for name in names(alone) if re.match(r"tls_|mbedtls_(ssl|x509|mpi|ecp)|psa_", name)]
    for image in (alone, both, tls):
        assert names(image).count("mbedtls_aes_setkey_enc") == names(image).count("mbedtls_aesni_crypt_ecb") == 1
    assert both.bytes - tls.bytes < 12_000
    assert tls.bytes - made(tmp_path).bytes < 260_000
