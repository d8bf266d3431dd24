"""Ipv6: addresses of the link, of routers, and fixed ones; neighbours, gateways, and who says an address is taken."""

from __future__ import annotations

import struct
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from tests.network import frames
from tests.network.asked import asked, image_of, network_name
from tests.network.frames import Packet
from tests.network.namespace import server
from tests.network.peer import ADVERTISEMENT, ROUTER_ADVERTISEMENT, ROUTER_SOLICITATION, SOLICITATION, Peer, peer
from unikernel.devices import BothIps, DnsResolver, Ipv6, Network, StaticIp, UdpSockets, UserNetwork, VirtioNet

MAC = "02:00:00:00:00:07"
OF_LINK = "fe80::ff:fe00:7"
ROUTER = "fe80::2"
PREFIX, MTU, SERVER_OF_NAMES = 3, 5, 25
"""Options. RFC 4861, section 4.6; RFC 8106, section 5.1."""


def nic(lab: str) -> VirtioNet:
    return VirtioNet(Network(lab), mac=MAC)


async def announce(
    host: Peer, prefix: str = "fd00:5::", valid_s: int = 86400, router_s: int = 1800, more: bytes = b""
) -> None:
    """A router's advertisement. RFC 4861, section 4.2."""
    head = struct.pack("!BBHII", 64, 0, router_s, 0, 0)
    of_prefix = struct.pack("!BBBBIII", PREFIX, 4, 64, 0xC0, valid_s, valid_s, 0) + IPv6Address(prefix).packed
    of_mtu = struct.pack("!BBHI", MTU, 1, 0, 1400)
    options = of_prefix + of_mtu + b"\1\1" + host.hardware + more
    await host.send(frames.icmp(ip_address(ROUTER), ip_address("ff02::1"), ROUTER_ADVERTISEMENT, head + options))


def solicits(packet: Packet) -> bool:
    return packet.protocol == frames.ICMP6 and packet.payload[0] == ROUTER_SOLICITATION


async def test_a_router_is_asked_and_its_prefix_becomes_an_address(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, nic(lab), Ipv6(name="ip"))
    async with peer(lab, ROUTER, "fd00:5::2") as host:
        async with asked(image) as app:
            assert await app.ask("(ip.address, ip.up)") == ("", False)
            await host.hear(solicits)
            await announce(host)
            assert await app.ask("ip.wait(20)") == "fd00:5::ff:fe00:7/64"
            addresses = ("fd00:5::ff:fe00:7/64", f"{OF_LINK}/64")
            assert await app.ask("(ip.addresses, ip.gateways, ip.mtu, ip.up)") == (addresses, (ROUTER,), 1400, True)
            assert await host.ping("fd00:5::ff:fe00:7", bytes(1300)) == bytes(1300)
            assert await host.ping(OF_LINK) == b"ping"
            assert 0 < await app.ask('ip.ping("fd00:5::2")') < 20
            assert 0 < await app.ask(f'ip.ping("{ROUTER}")') < 20


async def test_what_goes_elsewhere_goes_to_the_router_until_it_is_gone(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, nic(lab), Ipv6(name="ip"))
    async with peer(lab, ROUTER) as host, asked(image) as app:
        await host.hear(solicits)
        await announce(host)
        await app.ask("ip.wait(20)")
        assert await app.ask('ip.ping("2001:db8::9", 0.2)') == ("OSError", (110,))
        await host.hear(lambda each: str(each.to) == "2001:db8::9")
        await announce(host, router_s=0)
        await host.ping(OF_LINK)
        assert await app.ask("([time.sleep(0.1) for _ in range(200) if ip.gateways], ip.gateways)[1]") == ()


async def test_a_fixed_address_and_gateway_need_no_router(tmp_path: Path) -> None:
    lab = network_name()
    ip = Ipv6(name="ip", address="fd00:9::15/64", gateway="fd00:9::1")
    async with peer(lab, "fd00:9::1", "fe80::1") as host, asked(image_of(tmp_path, nic(lab), ip)) as app:
        await announce(host)
        assert await app.ask("ip.wait(20)") == "fd00:9::15/64"
        assert await host.ping("fd00:9::15") == b"ping"
        assert await app.ask("(ip.addresses, ip.gateways)") == (("fd00:9::15/64", f"{OF_LINK}/64"), ("fd00:9::1",))
        assert await app.ask('ip.ping("2001:db8::9", 0.2)') == ("OSError", (110,))
        packet = await host.hear(lambda each: str(each.to) == "2001:db8::9")
        assert str(packet.source) == "fd00:9::15"


async def test_a_prefix_that_ends_takes_its_address_along(tmp_path: Path) -> None:
    lab = network_name()
    image = image_of(tmp_path, nic(lab), Ipv6(name="ip"))
    async with peer(lab, ROUTER) as host, asked(image) as app:
        await host.hear(solicits)
        await announce(host, valid_s=5)
        assert await app.ask("ip.wait(20)") == "fd00:5::ff:fe00:7/64"
        assert await app.ask("([time.sleep(0.1) for _ in range(200) if ip.address], ip.addresses)[1]") == (
            f"{OF_LINK}/64",
        )


async def test_the_routers_server_of_names_is_asked_where_the_stack_says_none(tmp_path: Path) -> None:
    lab = network_name()
    devices = (nic(lab), Ipv6(name="ip"), UdpSockets(), DnsResolver(servers=""))
    offer = struct.pack("!BBHI", SERVER_OF_NAMES, 3, 0, 600) + IPv6Address("fd00:5::53").packed
    async with peer(lab, ROUTER, "fd00:5::53") as host, asked(image_of(tmp_path, *devices)) as app:
        host.served[53] = lambda question: host_answer(question.data, "fd00:5::9")
        await host.hear(solicits)
        await announce(host, more=offer)
        await app.ask("ip.wait(20)")
        assert await app.ask('socket.getaddrinfo("db.lab", 80, socket.AF_INET6)[0][-1][0]') == "fd00:5::9"


def host_answer(question: bytes, address: str) -> bytes:
    """The address of version 6, whoever is asked for. RFC 1035, section 4; RFC 3596."""
    head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0)
    return head + question[12:] + struct.pack("!HHHIH", 0xC00C, 28, 1, 60, 16) + IPv6Address(address).packed


async def test_an_address_that_somebody_has_is_not_used(tmp_path: Path) -> None:
    lab = network_name()
    taken = "fd00:9::15"
    image = image_of(tmp_path, nic(lab), Ipv6(name="ip", address=f"{taken}/64"))
    async with peer(lab, "fe80::1", taken) as host, asked(image) as app:

        def claims(packet: Packet) -> bool:
            return packet.payload[:1] == bytes([SOLICITATION]) and packet.payload[8:24] == IPv6Address(taken).packed

        await host.hear(claims)
        rest = b"\x20\0\0\0" + IPv6Address(taken).packed + b"\2\1" + host.hardware
        await host.send(frames.icmp(ip_address(taken), ip_address("ff02::1"), ADVERTISEMENT, rest))
        assert await app.ask("ip.wait(3)") == ("OSError", (110,))
        assert await app.ask("ip.addresses") == (f"{OF_LINK}/64",)


async def test_beside_version_4_on_one_link(tmp_path: Path) -> None:
    lab = network_name()
    link = nic(lab)
    both = BothIps(
        name="ip", first=StaticIp(name="four", link=link), second=Ipv6(name="six", link=link, address="fd00:9::15/64")
    )
    async with peer(lab, "10.0.2.2", "fd00:9::1") as host, asked(image_of(tmp_path, both)) as app:
        assert await app.ask("device('six').wait(20)") == "fd00:9::15/64"
        assert await app.ask("ip.addresses") == ("10.0.2.15/24", "fd00:9::15/64", f"{OF_LINK}/64")
        assert await app.ask("(ip.address, ip.gateways, ip.mtu)") == ("10.0.2.15/24", ("10.0.2.2",), 1500)
        assert await host.ping("10.0.2.15", b"four") == b"four"
        assert await host.ping("fd00:9::15", b"six") == b"six"
        assert 0 < await app.ask('ip.ping("10.0.2.2")') < 20
        assert 0 < await app.ask('ip.ping("fd00:9::1")') < 20


async def test_dnsmasq_announces_a_prefix_and_itself_as_a_server_of_names(tmp_path: Path) -> None:
    lab = network_name()
    command = (
        *(
            "dnsmasq",
            "--no-daemon",
            "--conf-file=/dev/null",
            "--user=root",
            "--group=root",
            "--no-resolv",
            "--no-hosts",
        ),
        *("--interface=lab", "--bind-interfaces", "--pid-file=", "--enable-ra", "--dhcp-range=fd00:7::,ra-only,64,1h"),
        *("--ra-param=lab,4,600", "--host-record=db.lab,fd00:7::9", f"--dhcp-leasefile={tmp_path}/leases"),
    )
    devices = (nic(lab), Ipv6(name="ip"), UdpSockets(), DnsResolver(servers=""))
    async with server(lab, ("fd00:7::1/64",), *command, log=tmp_path / "dnsmasq.log"):
        async with asked(image_of(tmp_path, *devices)) as app:
            assert await app.ask("ip.wait(20)") == "fd00:7::ff:fe00:7/64"
            assert 0 < await app.ask('ip.ping("fd00:7::1")') < 20
            assert await app.ask('socket.getaddrinfo("db.lab", 80, socket.AF_INET6)[0][-1][0]') == "fd00:7::9"


async def test_the_vmms_own_router_serves(tmp_path: Path) -> None:
    async with asked(image_of(tmp_path, VirtioNet(UserNetwork(), mac=MAC), Ipv6(name="ip"))) as app:
        assert await app.ask("ip.wait(20)") == "fec0::ff:fe00:7/64"
        assert 0 < await app.ask('ip.ping("fec0::2")') < 20
