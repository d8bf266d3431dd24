"""StaticIp: others reach the machine at its address, it reaches others by the gateway, and the app sees both."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.network import frames
from tests.network.asked import asked, image_of, network_name
from tests.network.peer import peer
from unikernel.devices import OPEN, Network, StaticIp, UdpSockets, VirtioNet
from unikernel.errors import Refusal


async def test_others_reach_it_and_it_reaches_them(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip"))
    async with peer(lab) as host, asked(image) as app:
        assert await host.ping("10.0.2.15", b"x" * 1000) == b"x" * 1000
        assert 0 < await app.ask('ip.ping("10.0.2.2")') < 20
        assert await app.ask("(ip.address, ip.addresses, ip.gateway, ip.gateways, ip.mtu, ip.up)") == (
            *("10.0.2.15/24", ("10.0.2.15/24",), "10.0.2.2", ("10.0.2.2",)),
            *(1500, True),
        )


async def test_what_goes_elsewhere_goes_by_the_gateway(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip"))
    async with peer(lab) as host, asked(image) as app:
        assert await app.ask('ip.ping("192.0.2.7", 0.2)') == ("OSError", (110,))
        packet = await host.hear(lambda each: each.protocol == frames.ICMP)
        assert (str(packet.to), packet.payload[0]) == ("192.0.2.7", 8)
        assert ip_address("192.0.2.7") not in [who for _, who in host.arp]


async def test_without_a_gateway_there_is_no_way_elsewhere(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip", gateway=""))
    async with asked(image) as app:
        assert await app.ask('ip.ping("192.0.2.7", 1)') == ("OSError", (113,))
        assert await app.ask("(ip.gateway, ip.gateways)") == ("", ())


async def test_the_boot_gives_the_address(tmp_path: Path) -> None:
    lab = network_name()
    ip = StaticIp(name="ip", address=OPEN, gateway=OPEN, mtu=OPEN)
    image = image_of(tmp_path, VirtioNet(Network(lab)), ip)
    given = {"ip.address": "192.168.7.3/28", "ip.gateway": "192.168.7.1", "ip.mtu": 1280}
    async with peer(lab, "192.168.7.1") as host, asked(image, parameters=given) as app:
        assert await app.ask("(ip.address, ip.gateway, ip.mtu)") == ("192.168.7.3/28", "192.168.7.1", 1280)
        assert await host.ping("192.168.7.3") == b"ping"
    with pytest.raises(Refusal, match="gateway is 10.0.2.2, which is not on the network 192.168.7.0/28"):
        async with asked(image, parameters={"ip.address": "192.168.7.3/28"}):
            pass


async def test_what_passes_is_counted(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip"))
    async with peer(lab) as host, asked(image) as app:
        await host.ping("10.0.2.15")
        before = await app.ask("ip.counts()")
        for _ in range(7):
            await host.ping("10.0.2.15")
        wrong = frames.icmp(host.addresses[0], ip_address("10.0.2.15"), 8, bytes(8))
        await host.send(frames.Packet(wrong.source, wrong.to, wrong.protocol, wrong.payload[:-1] + b"\1"))
        await host.ping("10.0.2.15")
        after = await app.ask("ip.counts()")
        gained = {name: after[name] - before[name] for name in after}
        assert gained == {
            "frames_in": 9,
            "frames_out": 8,
            "frames_lost": 0,
            "packets_in": 9,
            "packets_out": 8,
            "dropped": 0,
            "errors": 1,
        }
        pools = await app.ask("{name: tuple(pool) for name, pool in ip.pools().items()}")
        used, most, size, failed = pools["frames"]
        assert (used, failed) == (0, 0)
        assert 0 < most <= size


async def test_what_is_larger_than_the_mtu_goes_in_pieces(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip", mtu=576), UdpSockets())
    async with peer(lab) as host, asked(image) as app:
        assert await app.ask("socket.socket(2, 2).sendto(bytes(1400), ('10.0.2.2', 9000))") == 1400
        pieces = [await host.hear(lambda each: each.protocol == frames.UDP) for _ in range(3)]
        assert [len(each.payload) for each in pieces] == [552, 552, 304]
        whole = frames.Packet(pieces[0].source, pieces[0].to, frames.UDP, b"".join(each.payload for each in pieces))
        datagram = frames.read_udp(whole)
        assert datagram
        assert (datagram.port, datagram.data) == (9000, bytes(1400))


async def test_pieces_are_put_together_in_any_order_and_each_once(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip"))
    async with peer(lab) as host, asked(image):
        own, to = host.addresses[0], ip_address("10.0.2.15")
        whole = frames.icmp(own, to, 8, bytes(range(256)) * 8)
        pieces = [
            frames.ipv4(
                frames.Packet(own, to, frames.ICMP, whole.payload[at : at + 512]),
                identification=9,
                fragment=at // 8 | (0x2000 if at + 512 < len(whole.payload) else 0),
            )
            for at in range(0, len(whole.payload), 512)
        ]
        hardware = await host.hardware_of(to)
        for piece in (*reversed(pieces[1:]), pieces[2], pieces[0]):
            await host.port.send(frames.ethernet(hardware, host.hardware, frames.IPV4, piece))
        first = await host.hear(lambda each: each.protocol == frames.ICMP and each.payload[:1] == b"\0")
        rest = await host.hear(lambda each: each.protocol == frames.ICMP)
        assert (first.payload + rest.payload)[8:] == whole.payload[8:]


async def test_an_address_that_nobody_has_does_not_answer(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, VirtioNet(Network(lab)), StaticIp(name="ip"))
    async with asked(image) as app:
        assert await app.ask('ip.ping("10.0.2.77", 0.1)') == ("OSError", (110,))
        assert await app.ask('ip.ping("nobody")') == (
            "ValueError",
            ("nobody is no address that this machine can ping",),
        )
        assert await app.ask('ip.ping("10.0.2.2", -1)') == (
            "ValueError",
            ("a timeout is 0 to 1000000000 seconds, or None",),
        )
        assert await app.ask("ip.wait(0)") == "10.0.2.15/24"
