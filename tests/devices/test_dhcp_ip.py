"""DhcpIp: a lease is asked for, kept, renewed and lost; no boot waits for a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from tests.network import dhcp
from tests.network.asked import asked, image_of, network_name
from tests.network.dhcp import DhcpServer
from tests.network.namespace import dnsmasq
from tests.network.peer import peer
from unikernel.build.image import Image
from unikernel.devices import OPEN, DhcpIp, DnsResolver, Network, UdpSockets, UserNetwork, VirtioNet

PATIENCE_S = 30


def image(folder: Path, lab: str, name: str = "web_one") -> Image:
    return image_of(folder, VirtioNet(Network(lab)), DhcpIp(name="ip", hostname=OPEN), name=name)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.02)


async def test_an_address_comes_and_the_machine_says_its_name(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer()
    async with peer(lab) as host, asked(image(tmp_path, lab)) as app:
        assert await app.ask("(ip.address, ip.addresses, ip.gateway, ip.up)") == ("", (), "", False)
        host.served[dhcp.SERVER_PORT] = server.answer
        assert await app.ask("ip.wait(20)") == "10.0.2.50/24"
        assert await app.ask("(ip.addresses, ip.gateways, ip.up)") == (("10.0.2.50/24",), ("10.0.2.2",), True)
        assert await host.ping("10.0.2.50") == b"ping"
        assert [each.kind for each in server.said] == [dhcp.DISCOVER, dhcp.REQUEST]
        assert {each.options[dhcp.HOST_NAME] for each in server.said} == {b"web-one"}
        assert server.said[1].options[dhcp.WANTED_ADDRESS] == IPv4Address("10.0.2.50").packed


async def test_the_boot_says_its_name(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer()
    async with peer(lab) as host:
        host.served[dhcp.SERVER_PORT] = server.answer
        async with asked(image(tmp_path, lab), parameters={"ip.hostname": "second"}) as app:
            await app.ask("ip.wait(20)")
            assert server.said[0].options[dhcp.HOST_NAME] == b"second"


async def test_a_silent_server_holds_up_nobody_and_is_asked_again(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer(silent=True)
    async with peer(lab) as host:
        host.served[dhcp.SERVER_PORT] = server.answer
        async with asked(image(tmp_path, lab)) as app:
            assert await app.ask("[each.status for each in unikernel.devices() if each.name == 'ip']") == [0]
            assert await app.ask("ip.wait(0.2)") == ("OSError", (110,))
            assert await app.ask('ip.ping("10.0.2.2", 0.2)') == ("OSError", (113,))
            await until(lambda: len(server.said) >= 2)
            server.silent = False
            assert await app.ask("ip.wait(20)") == "10.0.2.50/24"


async def test_a_lease_is_renewed_with_the_server_alone(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer(lease_s=4)
    async with peer(lab) as host:
        host.served[dhcp.SERVER_PORT] = server.answer
        async with asked(image(tmp_path, lab)) as app:
            await app.ask("ip.wait(20)")
            await until(lambda: len(server.said) >= 4)
            renewals = server.said[2:4]
            assert [each.kind for each in renewals] == [dhcp.REQUEST, dhcp.REQUEST]
            assert {each.address for each in renewals} == {IPv4Address("10.0.2.50")}
            assert await app.ask("ip.address") == "10.0.2.50/24"


async def test_a_lease_that_runs_out_takes_the_address_along_until_there_is_another(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer(lease_s=4)
    async with peer(lab) as host:
        host.served[dhcp.SERVER_PORT] = server.answer
        async with asked(image(tmp_path, lab)) as app:
            await app.ask("ip.wait(20)")
            server.silent = True
            gone = "([time.sleep(0.05) for _ in range(400) if ip.address], ip.address, ip.addresses, ip.up)[1:]"
            assert await app.ask(gone) == ("", (), False)
            server.silent, server.lends = False, "10.0.2.51"
            assert await app.ask("ip.wait(20)") == "10.0.2.51/24"


async def test_a_server_that_refuses_to_renew_takes_the_address(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer(lease_s=4)
    async with peer(lab) as host:
        host.served[dhcp.SERVER_PORT] = server.answer
        async with asked(image(tmp_path, lab)) as app:
            await app.ask("ip.wait(20)")
            server.refuses = True
            assert await app.ask("([time.sleep(0.05) for _ in range(400) if ip.address], ip.address)[1]") == ""


async def test_a_cable_that_is_pulled_is_noticed_and_the_server_is_asked_when_it_is_back(tmp_path: Path) -> None:
    lab = network_name()
    server = DhcpServer()
    up_is = "([time.sleep(0.05) for _ in range(400) if ip.up is not {0}], ip.up)[1]"
    async with peer(lab) as host:
        host.served[dhcp.SERVER_PORT] = server.answer
        async with asked(image(tmp_path, lab)) as app:
            await app.ask("ip.wait(20)")
            await app.machine.link("virtionet", up=False)
            assert await app.ask(up_is.format(False)) is False
            assert await app.ask('ip.ping("10.0.2.2", 0.1)') == ("OSError", (113,))
            told = len(server.said)
            await app.machine.link("virtionet", up=True)
            assert await app.ask(up_is.format(True)) is True
            await until(lambda: len(server.said) > told)
            assert await host.ping("10.0.2.50") == b"ping"


async def test_the_vmms_own_server_lends(tmp_path: Path) -> None:
    async with asked(image_of(tmp_path, VirtioNet(UserNetwork()), DhcpIp(name="ip"))) as app:
        assert await app.ask("ip.wait(20)") == "10.0.2.15/24"
        assert 0 < await app.ask('ip.ping("10.0.2.2")') < 20


async def test_dnsmasq_lends(tmp_path: Path) -> None:
    lab = network_name()
    async with dnsmasq(lab, tmp_path) as leases, asked(image(tmp_path, lab)) as app:
        assert await app.ask("ip.wait(20)") == "10.0.2.77/24"
        assert await app.ask("ip.gateways") == ("10.0.2.2",)
        assert 0 < await app.ask('ip.ping("10.0.2.2")') < 20
        await until(lambda: " 10.0.2.77 web-one " in leases.read_text())


@pytest.mark.parametrize(("servers", "found"), [("", "10.0.2.9"), ("10.0.2.2", "10.0.2.9"), ("10.0.2.200", None)])
async def test_the_leases_server_of_names_is_asked_where_the_stack_says_none(
    tmp_path: Path, servers: str, found: str | None
) -> None:
    lab = network_name()
    devices = (VirtioNet(Network(lab)), DhcpIp(name="ip"), UdpSockets(), DnsResolver(servers=servers))
    async with dnsmasq(lab, tmp_path), asked(image_of(tmp_path, *devices)) as app:
        await app.ask("ip.wait(20)")
        answer = await app.ask('socket.getaddrinfo("db.lab", 80)[0][-1][0]')
        assert answer == found or (found is None and answer[0] == "gaierror")
