"""A machine whose stack has no network device has none: no code for it, no way to import it, and no nic to be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import Device, RawIo, StaticIp, VirtioNet
from unikernel.errors import BuildError
from unikernel.machine.boot import boot
from unikernel.machine.panic import Symbols
from unikernel.stack import Stack

PATIENCE_S = 30
TARGETS = ("x86_64-microvm", "x86_64-q35")
OF_A_NETWORK = ("virtio_net", "netif", "tcp", "udp", "etharp", "dhcp", "ip4", "ip6", "socket")
NICS = """
import sys, unikernel
io = unikernel.device("rawio")
found = []
for number in range(65536):
    io.write32(0xCF8, 0x80000000 | number << 8 | 8)
    if io.read32(0xCFC) >> 24 == 2:
        found.append(number)
print("nics", len(found))
names = []
for name in ("socket", "ssl", "network", "usocket", "_socket"):
    try:
        __import__(name)
        names.append(name)
    except ImportError:
        pass
print("modules", names)
print("devices", [each.name for each in unikernel.devices() if "Net" in each.class_name])
"""
"""Every function of every PCI bus, by its class: 2 is a network controller. PCI Local Bus 3.0, section 3.2.2.3 and
appendix D.
"""


def image_of(folder: Path, target: str, app: str, *devices: Device) -> Image:
    stack = Stack("alone", App.from_text(app), (RawIo(), *devices), target=target)
    return build(stack, into=folder / "build")


@pytest.mark.parametrize("target", TARGETS)
async def test_a_machine_without_a_network_device_finds_none(target: str, tmp_path: Path) -> None:
    image = image_of(tmp_path, target, NICS)
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert run.transcript.text.splitlines() == ["nics 0", "modules []", "devices []"]
    assert "virtio-net" not in " ".join(run.command)
    assert "-netdev" not in run.command


async def test_with_one_it_would_have_been_found(tmp_path: Path) -> None:
    image = image_of(tmp_path, "x86_64-q35", NICS, VirtioNet(), StaticIp())
    run = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert run.transcript.text.splitlines() == ["nics 1", "modules []", "devices ['virtionet']"]


def test_the_image_holds_no_code_for_a_network_and_an_app_cannot_import_it(tmp_path: Path) -> None:
    image = image_of(tmp_path, TARGETS[0], "print(1)")
    assert image.debug_path is not None
    names = [name for _, _, name in Symbols.read(image.debug_path).table]
    assert [name for name in names if name.startswith(OF_A_NETWORK)] == []
    with pytest.raises(BuildError, match="socket"):
        image_of(tmp_path, TARGETS[0], "import socket")
