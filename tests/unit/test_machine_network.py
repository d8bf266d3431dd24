"""The network of a machine on the host's side: addresses, forwards, words, and links that a page cannot be hurt by."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.machine.images import stand_in
from unikernel.build.manifest import ManifestDevice
from unikernel.devices import Bridge, Forward, Network, Tap, UserNetwork
from unikernel.devices.attachment import Nic
from unikernel.devices.network import AnyNetwork
from unikernel.errors import Refusal
from unikernel.machine import registry
from unikernel.machine.accelerator import Accelerator
from unikernel.machine.boot import boot
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.listing import Listing
from unikernel.machine.machine import Machine
from unikernel.machine.network import forwards, holders, nics
from unikernel.machine.network.forwards import OpenForward
from unikernel.machine.qemu import command as qemu_command
from unikernel.machine.vmm import Hardware
from unikernel.table import Card, Link

HARDWARE = Hardware("microvm", Path("/x/hello.elf"), 8 << 20, "prompt=1", Accelerator.TCG)


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(qemu_command, "binary", lambda: "/bin/qemu")
    yield tmp_path / "unikernel"
    assert registry.running() == []


def with_nic(network: AnyNetwork, machine_type: str = "microvm", mac: str = "") -> Hardware:
    return replace(HARDWARE, machine_type=machine_type, attachments=(Nic("net", network, mac),))


def words(hardware: Hardware, **fds: int) -> str:
    return " ".join(qemu_command.mapped_command(hardware, 3, 4, nic_fds=fds))


async def idle(machine: FakeMachine) -> None:
    await machine.read()


async def boot_fake(*networks: str, **options: object) -> Machine:
    devices = tuple(
        ManifestDevice(f"net{number}", "VirtioNet", {"network": network}, open=("network", "mac"))
        for number, network in enumerate(networks, 1)
    )
    return await boot(stand_in(devices=devices), vmm=Fake(idle), **options)  # type: ignore[arg-type]


def hardware_of(machine: Machine) -> Hardware:
    return machine._hardware


def free_port() -> int:
    return holders.try_port("127.0.0.1", 0, "tcp")


# Words


def test_a_machine_without_a_nic_has_no_network() -> None:
    assert "-nodefaults" in words(HARDWARE)
    assert "net" not in words(HARDWARE).replace("hello", "")


def test_a_user_network_lets_nothing_out_and_opens_loopback_alone() -> None:
    command = words(with_nic(UserNetwork({8080: 80}), mac="02:00:00:00:00:01"))
    assert "-netdev user,id=net.net,restrict=on,hostfwd=tcp:127.0.0.1:8080-:80 " in command
    assert "-device virtio-net-device,id=nic.net,netdev=net.net,mac=02:00:00:00:00:01 " in command
    assert "force-legacy=false" in command
    assert "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny" in command
    out = words(with_nic(UserNetwork([Forward(5353, 53, "udp")], outbound=True)))
    assert "user,id=net.net,restrict=off,hostfwd=udp:127.0.0.1:5353-:53 " in out


def test_on_q35_a_nic_is_modern_pci_without_a_rom() -> None:
    command = words(with_nic(UserNetwork(), "q35"))
    assert "-device virtio-net-pci,disable-legacy=on,romfile=,id=nic.net,netdev=net.net " in command


def test_other_networks_are_descriptors() -> None:
    assert "-netdev tap,id=net.net,fd=9 " in words(with_nic(Tap("tap0")), net=9)
    assert "-netdev tap,id=net.net,fd=9 " in words(with_nic(Bridge("br0")), net=9)
    assert "-netdev dgram,id=net.net,local.type=fd,local.str=9 " in words(with_nic(Network("lab")), net=9)


def test_a_command_to_paste_has_the_same_network_as_far_as_it_can() -> None:
    def alone(network: AnyNetwork) -> str:
        return " ".join(qemu_command.standalone_command(with_nic(network)))

    assert "user,id=net.net,restrict=on,hostfwd=tcp:127.0.0.1:8080-:80 " in alone(UserNetwork({8080: 80}))
    assert "tap,id=net.net,ifname=tap0,script=no,downscript=no " in alone(Tap("tap0"))
    assert "bridge,id=net.net,br=br0 " in alone(Bridge("br0"))
    with pytest.raises(Refusal, match="net is on the private network lab, .* boot it without the option"):
        alone(Network("lab"))


# Addresses


def test_an_address_is_local_of_one_station_and_another_at_each_name() -> None:
    assert nics.mac_of("web", "web-2", "net") == "02:58:d7:31:3e:cb"
    assert (
        len({nics.mac_of(*names) for names in (("a", "b", "c"), ("a", "b", "d"), ("a", "d", "c"), ("d", "b", "c"))})
        == 4
    )


async def test_two_machines_of_one_stack_differ_and_are_told_how() -> None:
    async with await boot_fake("network lab") as one, await boot_fake("network lab") as other:
        macs = []
        for machine in (one, other):
            (nic,) = hardware_of(machine).nics
            assert nic.mac == nics.mac_of("stand-in", machine.name, "net1")
            assert hardware_of(machine).command_line.split()[-1] == f"net1.mac={nic.mac}"
            macs.append(nic.mac)
        assert macs[0] != macs[1]


async def test_an_address_that_is_given_stays() -> None:
    given = {"net1.mac": "02:00:00:00:00:07"}
    async with await boot_fake("user", parameters=given) as machine:
        assert hardware_of(machine).nics[0].mac == "02:00:00:00:00:07"
        assert hardware_of(machine).command_line == "net1.mac=02:00:00:00:00:07"


async def test_the_boot_may_say_the_network() -> None:
    async with await boot_fake("user", parameters={"net1.network": "network lab"}) as machine:
        assert hardware_of(machine).nics[0].network == Network("lab")
    with pytest.raises(Refusal, match=r'net1 \(VirtioNet\): network: "wifi" is no network'):
        await boot_fake("user", parameters={"net1.network": "wifi"})


# Forwards


async def test_a_boot_opens_more_forwards_and_says_which() -> None:
    port, other = free_port(), free_port()
    async with await boot_fake(f"user forward={port}:443 outbound", forward={other: 5432}) as machine:
        assert machine.forwards == (OpenForward("127.0.0.1", port, 443), OpenForward("127.0.0.1", other, 5432))
        assert [each.url for each in machine.forwards] == [f"https://127.0.0.1:{port}/", ""]
        network = hardware_of(machine).nics[0].network
        assert isinstance(network, UserNetwork)
        assert network.outbound
        assert f"https://127.0.0.1:{port}/  127.0.0.1:{other} → 5432" in str(machine)


async def test_any_free_port_is_another_each_time() -> None:
    async with await boot_fake("user outbound", forward=["0:80", "0:81", "0:53/udp"]) as machine:
        ports = [each.port for each in machine.forwards]
        assert len(set(ports)) == 3
        assert 0 not in ports


async def test_a_port_that_is_taken_names_who_holds_it(runtime_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Refusal, match=rf"forward {port}:80: the host's port {port} is taken by this process; stop"):
            await boot_fake("user", forward={port: 80})
    assert not list(runtime_folder.iterdir())


def test_a_machine_that_holds_a_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing("web", tmp_path, 1, exact=True)
    monkeypatch.setattr(holders.os, "getpid", lambda: -1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert holders.of_port(port, "tcp") == 'the machine "web"'
        listing.remove()
        assert "(process " in holders.of_port(port, "tcp")
    assert holders.of_port(port, "tcp") == "another process"


async def test_of_udp_too() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        with pytest.raises(Refusal, match=rf"forward {port}:53/udp: the host's port {port} is taken by this process"):
            await boot_fake("user outbound", forward=[f"{port}:53/udp"])


@pytest.mark.parametrize(
    ("networks", "wanted", "fault"),
    [
        ((), ["1:2"], '"stand-in" has no nic on a user network; add VirtioNet'),
        (("network lab",), ["1:2"], "has no nic on a user network"),
        (("user", "user"), ["1:2"], "has 2 nics on user networks, net1, net2; write it into the network of one"),
        (("user forward=8080:80",), ["8080:81"], "the host's port 8080 is forwarded twice"),
        (("user forward=8080:80", "user forward=8080:80"), [], "the host's port 8080 is forwarded twice"),
        (("user",), ["53:53/udp"], "without outbound lets no answer to a datagram out; add outbound to it."),
        (("user",), ["80"], 'forward "80": it is no pair of ports'),
    ],
)
async def test_a_forward_that_cannot_be_is_refused(networks: tuple[str, ...], wanted: list[str], fault: str) -> None:
    with pytest.raises(Refusal, match="^forward .*") as caught:
        await boot_fake(*networks, forward=wanted)
    assert fault in str(caught.value)


def test_a_forward_is_plain_values_and_back() -> None:
    for each in (OpenForward("127.0.0.1", 8080, 80), OpenForward("127.0.0.1", 53, 53, "udp")):
        assert OpenForward.read(json.loads(json.dumps(each.data()))) == each
    assert forwards.texts({8080: 80}) == forwards.texts(["8080:80"]) == forwards.texts([Forward(8080, 80)])


# Links


def test_a_link_leads_to_web_pages_only_and_quotes_what_it_shows() -> None:
    assert Link("<b>", 'http://x/"onclick="').html() == (
        '<a href="http://x/&quot;onclick=&quot;" target="_blank" rel="noopener noreferrer">&lt;b&gt;</a>'
    )
    for url in ("javascript:alert(1)", "data:text/html,x", "", "HTTP://x", " http://x", "//x"):
        assert Link("<x>", url).html() == "&lt;x&gt;"
    card = Card("web", links=(Link("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"), Link("plain")))
    assert card.text() == "web\nhttp://127.0.0.1:8080/  plain"
    assert '<a href="http://127.0.0.1:8080/"' in card.html()


async def test_pulling_a_cable_goes_by_the_nics_name() -> None:
    async with await boot_fake("user", "network lab") as machine:
        await machine.link("net2", up=False)
        fake = machine._session.machine  # type: ignore[attr-defined]  # the fake's
        assert fake.links == {"net2": False}
        with pytest.raises(Refusal, match='link: "stand-in" has the nics net1, net2; name one of them.'):
            await machine.link(up=False)
        with pytest.raises(Refusal, match='link: "stand-in" has no nic eth0; it has net1, net2.'):
            await machine.link("eth0", up=False)
    async with await boot_fake() as machine:
        with pytest.raises(Refusal, match='link: "stand-in" has no nic; add VirtioNet'):
            await machine.link(up=True)
