"""What `test_network.py` runs in a network namespace of its own: machines on a tap and on a bridge, and refusals."""

import asyncio
import re
import socket
import subprocess

import pytest

from tests.machine.images import guest
from tests.machine.test_network import announce
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.machine.network.nics import mac_of

RARP = 0x8035
PATIENCE_S = 30


def ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)


async def hears(interface: str, network: str) -> None:
    """A machine's frame comes out there, in a second life too; nothing of it stays."""
    before = names()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(RARP)) as packets:
        packets.bind((interface, RARP))
        packets.settimeout(PATIENCE_S)
        async with await boot(guest("IDLE", network=network)) as machine:
            for _ in range(2):
                await announce(machine)
                frame = await asyncio.to_thread(packets.recv, 2048)
                assert frame[6:12].hex(":") == mac_of("idle", machine.name, "net")
                await machine.restart()
    assert names() == before


def names() -> set[str]:
    return {name for _, name in socket.if_nameindex()}


async def refused(network: str, pattern: str) -> None:
    with pytest.raises(Refusal) as caught:
        await boot(guest("IDLE", network=network))
    assert re.fullmatch(rf"net: {network}: {pattern}\.", str(caught.value)), caught.value


async def main() -> None:
    ip("link set lo up")
    await refused("tap tap0", r"this host has no interface tap0; make it, as root, with `ip tuntap .*`")
    await refused("bridge br0", r"this host has no interface br0; make it, as root, with `ip link add br0 type bridge`")
    ip("tuntap add dev tap0 mode tap")
    ip("link add br0 type bridge")
    ip("link set br0 up")
    async with await boot(guest("IDLE", network="tap tap0")):  # which brings the tap up
        pass
    await hears("tap0", "tap tap0")
    await hears("br0", "bridge br0")
    await refused("tap lo", r"it is no tap interface; name one, as ip tuntap lists it")
    await refused("bridge lo", r"it is no bridge; name one, as ip link show type bridge lists it")
    async with await boot(guest("IDLE", network="tap tap0")) as machine:
        await refused("tap tap0", rf'it is in use by the machine "{machine.name}"; stop that, or choose another')


if __name__ == "__main__":
    asyncio.run(main())
