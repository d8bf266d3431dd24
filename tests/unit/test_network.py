"""What a nic is plugged into: values, their texts, and what is none."""

from pathlib import Path

import pytest

from unikernel import Stack
from unikernel.app import App
from unikernel.devices import OPEN, Bridge, Forward, Network, Tap, UserNetwork, VirtioNet
from unikernel.devices.attachment import Nic
from unikernel.devices.network import AnyNetwork, network_of
from unikernel.errors import Refusal
from unikernel.project import Project, write

TEXTS = {
    "user": UserNetwork(),
    "user outbound": UserNetwork(outbound=True),
    "user forward=8080:80,8443:443": UserNetwork(forward={8080: 80, 8443: 443}),
    "user forward=0:80,5353:53/udp,5353:53 outbound": UserNetwork(
        forward=[Forward(0, 80), Forward(5353, 53, "udp"), Forward(5353, 53)], outbound=True
    ),
    "tap tap0": Tap("tap0"),
    "bridge br-lan.7": Bridge("br-lan.7"),
    "network lab": Network("lab"),
}


@pytest.mark.parametrize(("text", "value"), TEXTS.items(), ids=list(TEXTS))
def test_a_value_and_its_text_say_the_same(text: str, value: AnyNetwork) -> None:
    assert str(value) == text
    assert network_of(text) == value
    assert VirtioNet(value) == VirtioNet(text) == VirtioNet(network=f"  {text} ")
    assert VirtioNet(value, name="net").attachments() == (Nic("net", value),)


def test_by_default_nothing_comes_in_and_nothing_goes_out() -> None:
    (nic,) = VirtioNet().attachments()
    assert isinstance(nic, Nic)
    assert nic.network == UserNetwork(forward=(), outbound=False)


def test_a_stack_without_a_nic_asks_for_no_network() -> None:
    stack = Stack.default("app", App.from_text(""))
    assert not [each for device in stack.devices for each in device.attachments() if isinstance(each, Nic)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", 'network: "" is no network; write user'),
        ("wifi", '"wifi" is no network'),
        ("tap", '"tap" is no network'),
        ("tap a b", '"tap a b" is no network'),
        ("user inbound", 'a user network knows no "inbound"'),
        ("user forward", 'a user network knows no "forward"'),
        ("user forward=", 'forward "": it is no pair of ports'),
        ("user forward=80", 'forward "80": it is no pair of ports'),
        ("user forward=80:80/sctp", "it is no pair of ports"),
        ("user forward=1:٢", "it is no pair of ports"),
        ("user forward=1:0", "forward 1:0: 0 is no port"),
        ("user forward=65536:80", "65536 is no port"),
        ("user forward=80:80,80:81", "the host's port 80 is forwarded twice"),
        ("user forward=53:53/udp", "forward 53:53/udp: a user network without outbound lets no answer"),
        ("tap a/b", "no interface is named so"),
        ("tap ..", "no interface is named so"),
        ("bridge br0,script=x", "no interface is named so"),
        ("bridge abcdefghijklmnop", "no interface is named so"),
        ("network ../lab", "it is no name for one"),
        ("network Lab", "it is no name for one"),
    ],
)
def test_what_is_no_network_is_refused(text: str, fault: str) -> None:
    with pytest.raises(Refusal, match=r"^net \(VirtioNet\): network: ") as caught:
        VirtioNet(text, name="net")
    assert fault in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_port_that_is_no_number_is_refused() -> None:
    with pytest.raises(Refusal, match="'80' is no port"):
        UserNetwork(forward={8080: "80"})  # type: ignore[dict-item]  # the mistake under test
    with pytest.raises(Refusal, match="True is no port"):
        UserNetwork(forward={True: 80})
    with pytest.raises(Refusal, match='"icmp" is not forwarded'):
        Forward(1, 2, "icmp")


def test_any_free_port_may_be_asked_for_more_than_once() -> None:
    assert len(UserNetwork(forward=[Forward(0, 80), Forward(0, 443)]).forward) == 2


def test_the_boot_may_say_the_network_and_always_the_address() -> None:
    assert VirtioNet().open == ("mac",)
    opened = VirtioNet(OPEN(Network("lab")))
    assert (opened.open, opened.network) == (("network", "mac"), "network lab")


def test_an_address_is_one_stations() -> None:
    assert VirtioNet(mac="02:00:00:00:00:0A").mac == "02:00:00:00:00:0a"
    for bad in ("2:0:0:0:0:1", "02-00-00-00-00-01", "03:00:00:00:00:01", "00:00:00:00:00:00", "02:00:00:00:00:01:02"):
        with pytest.raises(Refusal, match=f"mac is '{bad}'; write six bytes"):
            VirtioNet(mac=bad)


def test_two_nics_of_one_address_are_refused() -> None:
    assert VirtioNet(mac="02:00:00:00:00:01").claims() == VirtioNet(mac="02:00:00:00:00:01", name="b").claims()
    assert VirtioNet().claims() == ()


def test_a_project_keeps_what_is_written_and_no_more(tmp_path: Path) -> None:
    stack = Stack("app", App.from_text(""), (VirtioNet("user forward=8080:80"), VirtioNet(Tap("tap0"), name="lan")))
    text = write(stack)
    assert 'network = "user forward=8080:80"\nmac = ""\n' in text
    assert "VirtioNet(name=\"lan\", network='tap tap0')" in stack.python()
    (tmp_path / "unikernel.toml").write_text(text)
    (tmp_path / "main.py").write_text("")
    assert Project.load(tmp_path).stack.devices == stack.devices
