"""What is captured of a nic: kept up to a bound, decoded, written for Wireshark, and by a keeper for its viewers."""

import asyncio
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine.images import stand_in
from unikernel.build.manifest import ManifestDevice
from unikernel.cli.main import main
from unikernel.errors import MachineError, Refusal, WrongState
from unikernel.machine import kept, registry, sync
from unikernel.machine.boot import boot
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.kept.server import Server
from unikernel.machine.loop import core
from unikernel.machine.machine import Machine
from unikernel.machine.network import dissection, recorder
from unikernel.machine.network.pcap import HEADER, Frame, Reader, written

ARP = bytes.fromhex("ffffffffffff020000000001080600010800060400010200000000010a0002020000000000000a00020f")


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield tmp_path / "unikernel"
    assert registry.running() == []


NICS = tuple(ManifestDevice(name, "VirtioNet", {}, open=("mac",)) for name in ("lan", "wan"))


async def idle(machine: FakeMachine) -> None:
    await machine.read()


async def boot_fake(count: int = 1, script: object = idle) -> Machine:
    return await boot(stand_in(devices=NICS[:count]), vmm=Fake(script))  # type: ignore[arg-type]


def guest_of(machine: Machine) -> FakeMachine:
    return machine._session.machine  # type: ignore[attr-defined,no-any-return]  # the fake's


async def until(capture: object, count: int) -> None:
    while len(capture.frames) < count:  # type: ignore[attr-defined]
        await asyncio.sleep(0.001)


# The file


def test_a_file_is_read_as_it_was_written_in_any_pieces() -> None:
    frames = [Frame(1_700_000_000_000_001, ARP, len(ARP)), Frame(1_700_000_001_999_999, b"", 1500)]
    data = written(frames)
    for size in (1, 7, 24, 1000):
        reader = Reader()
        pieces = (data[start : start + size] for start in range(0, len(data), size))
        assert [frame for piece in pieces for frame in reader.feed(piece)] == frames


def test_a_file_is_what_the_format_says() -> None:
    assert struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65536, 1) == HEADER
    assert Frame(2_000_003, b"ab", 60).record() == struct.pack("<IIII", 2, 3, 2, 60) + b"ab"


def test_another_library_reads_what_is_written(tmp_path: Path) -> None:
    from scapy.utils import rdpcap

    (tmp_path / "x.pcap").write_bytes(written([Frame(1_700_000_000_250_000, ARP, len(ARP))]))
    (packet,) = rdpcap(str(tmp_path / "x.pcap"))
    assert bytes(packet) == ARP
    assert float(packet.time) == 1_700_000_000.25


@pytest.mark.parametrize("data", [bytes(24), HEADER + struct.pack("<IIII", 0, 0, 70000, 70000)])
def test_what_is_no_file_is_not_read(data: bytes) -> None:
    with pytest.raises(ValueError, match="no pcap|a frame of 70000 bytes"):
        list(Reader().feed(data))


# The capture


async def test_frames_come_while_it_runs_and_stay_afterwards(tmp_path: Path) -> None:
    async with await boot_fake() as machine:
        capture = await machine.capture()
        seen: list[Frame] = []
        guest_of(machine).pass_frame(ARP)
        await until(capture, 1)
        capture.watch(seen.append)
        guest_of(machine).pass_frame(ARP[:60])
        await until(capture, 2)
        assert not capture.ended
        guest_of(machine).pass_frame(b"x" * 1500)
        await capture.stop()
        assert [frame.data for frame in capture.frames] == [ARP, ARP[:60], b"x" * 1500]
        assert seen == capture.frames
        assert (capture.machine, capture.nic, capture.ended) == ("stand-in", "lan", True)
        assert capture.save(tmp_path / "x.pcap").read_bytes() == capture.pcap == written(capture.frames)
        assert guest_of(machine).recordings == {}
        await capture.stop()
        with pytest.raises(Refusal, match="x cannot be written .No such file"):
            capture.save(tmp_path / "none" / "x")


async def test_what_came_before_the_machines_end_is_there() -> None:
    async def three(machine: FakeMachine) -> None:
        await machine.read()
        for _ in range(3):
            machine.pass_frame(ARP)

    machine = await boot_fake(script=three)
    capture = await machine.capture()
    await machine.console.send(b"go")
    await machine.wait(10)
    await capture.wait()
    assert len(capture.frames) == 3


async def test_it_goes_on_when_the_machine_is_started_again() -> None:
    async with await boot_fake() as machine:
        async with await machine.capture() as capture:
            guest_of(machine).pass_frame(ARP)
            await machine.restart()
            while not guest_of(machine).recordings:
                await asyncio.sleep(0.001)
            guest_of(machine).pass_frame(ARP)
        assert len(capture.frames) == 2


async def test_times_are_of_the_hosts_clock() -> None:
    async with await boot_fake() as machine, await machine.capture() as capture:
        guest_of(machine).pass_frame(ARP)
        await until(capture, 1)
        assert abs(capture.frames[0].time_us / 1e6 - machine.started_at) < 600


async def test_no_more_is_kept_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with await boot_fake() as machine:
        capture = await machine.capture(limit_bytes=1024)
        for _ in range(40):
            guest_of(machine).pass_frame(ARP)
        await capture.wait()
        assert len(capture.frames) == 1024 // (16 + len(ARP))
        while guest_of(machine).recordings:
            await asyncio.sleep(0.001)
        for limit in (0, 1023, "16M", True):
            with pytest.raises(Refusal, match="holds no frame; give it at least 1024"):
                await machine.capture(limit_bytes=limit)  # type: ignore[arg-type]  # the mistake under test


async def test_a_vmm_that_writes_nonsense_ends_it() -> None:
    async with await boot_fake() as machine:
        capture = await machine.capture()
        import os

        for fd in guest_of(machine).recordings.values():
            os.write(fd, b"\xff" * 64)
        await capture.wait()
        assert capture.frames == []


async def test_which_nic_is_said_where_there_are_several() -> None:
    async with await boot_fake(2) as machine:
        with pytest.raises(Refusal, match='capture: "stand-in" has the nics lan, wan; name one of them.'):
            await machine.capture()
        async with await machine.capture("wan") as capture:
            assert capture.nic == "wan"
    with pytest.raises(WrongState):
        await machine.capture("wan")
    async with await boot_fake(0) as machine:
        with pytest.raises(Refusal, match='capture: "stand-in" has no nic'):
            await machine.capture()


def test_in_a_script_the_methods_block(tmp_path: Path) -> None:
    with sync.boot(stand_in(devices=NICS[:1]), vmm=Fake(idle)) as machine:
        with machine.capture() as capture:
            assert not capture.ended
            assert isinstance(machine.inner, Machine)
            guest_of(machine.inner).pass_frame(ARP)
        assert [frame.data for frame in capture.frames] == [ARP]
        assert capture.save(tmp_path / "x").read_bytes() == capture.pcap
        assert "ARP" in str(capture)
        assert repr(capture) == "<Capture of stand-in lan: 1 frames>"


# A kept machine's


async def test_a_viewer_captures_and_its_recordings_end_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "PIECE_BYTES", 100)  # in several answers
    async with await boot_fake() as machine:
        server = Server(machine)
        await server.open()
        viewer = await kept.connect(server.path, machine.name)
        capture = await viewer.capture("lan")
        for _ in range(10):
            guest_of(machine).pass_frame(ARP)
        await until(capture, 10)
        await capture.stop()
        assert [frame.data for frame in capture.frames] == [ARP] * 10
        left = await viewer.capture()
        other = await kept.connect(server.path, machine.name)
        with pytest.raises(MachineError, match='there is no recording "capture.1" of this viewer'):
            await other.recorded("capture.1", 0)
        await other.leave()
        await viewer.leave()
        await left.wait()
        while guest_of(machine).recordings:
            await asyncio.sleep(0.001)
        await machine.stop()
        await server.close()


async def pass_frames(machine: Machine) -> None:
    """Frames, until nobody records them any more."""
    while True:
        if guest_of(machine).recordings:
            guest_of(machine).pass_frame(ARP)
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("words", [["-o", "{tmp}/x.pcap"], ["-o", "-"], []])
def test_the_command_writes_a_file_or_lines(
    words: list[str], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    machine = core().run(boot_fake())
    server = core().call(Server, machine)
    core().run(server.open())
    passing = asyncio.run_coroutine_threadsafe(pass_frames(machine), core().loop)
    try:
        assert main(["capture", machine.name, "--limit", "1K", *(word.format(tmp=tmp_path) for word in words)]) == 0
    finally:
        passing.cancel()
        core().run(machine.stop())
        core().run(server.close())
    out, err = capfdbinary.readouterr()
    count = 1024 // (16 + len(ARP))
    assert err.decode() == f"stand-in: {count} frames of lan.\n"
    if words:
        data = (tmp_path / "x.pcap").read_bytes() if words[1] != "-" else out
        assert [frame.data for frame in Reader().feed(data)] == [ARP] * count
    else:
        lines = out.decode().splitlines()
        assert len(lines) == count
        assert all(f"02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff  {len(ARP)} bytes  ARP who has" in line for line in lines)


def test_a_file_that_cannot_be_written_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    machine = core().run(boot_fake())
    server = core().call(Server, machine)
    core().run(server.open())
    assert main(["capture", machine.name, "-o", "/nowhere/x"]) == 2
    assert "capture: /nowhere/x cannot be written (No such file or directory)" in capsys.readouterr().err
    core().run(machine.stop())
    core().run(server.close())


# The table


def test_a_row_says_when_who_and_what() -> None:
    table = dissection.table([Frame(5_000_000, ARP, 60), Frame(5_250_000, ARP, 60)])
    assert [column.head for column in table.columns] == ["s", "from", "to", "bytes", "what"]
    assert table.rows[1][0] == "0.250000"
    assert table.rows[0][3] == "60"
    assert "who has 10.0.2.15 says 10.0.2.2" in table.rows[0][4]


def test_protocols_are_named() -> None:
    from scapy.layers.dhcp import BOOTP, DHCP
    from scapy.layers.dns import DNS, DNSQR
    from scapy.layers.inet import ICMP, IP, TCP, UDP
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    from scapy.layers.l2 import Ether

    ether, ip = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02"), IP(src="10.0.2.2", dst="10.0.2.15")
    packets = {
        "IP, TCP S": ether / ip / TCP(dport=80),
        "DNS": ether / ip / UDP(sport=5000, dport=53) / DNS(qd=DNSQR(qname="a.example")),
        "DHCP": ether / ip / UDP(sport=68, dport=67) / BOOTP() / DHCP(options=[("message-type", "discover"), "end"]),
        "ICMP": ether / ip / ICMP(),
        "ICMPv6 Echo Request": ether / IPv6(src="fe80::1", dst="fe80::2") / ICMPv6EchoRequest(),
        "HTTP, GET '/a'": ether / ip / TCP(dport=80, flags="PA") / b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
    }
    for name, packet in packets.items():
        data = bytes(packet)
        _, source, target, _, what = dissection.row(Frame(0, data, len(data)), 0)
        assert name in what
        assert source.startswith("fe80::1" if "v6" in name else "10.0.2.2")
        assert target.endswith({"DNS": ":53", "DHCP": ":67", "IP, TCP S": ":80"}.get(name, ""))
        assert " > " not in what


def test_no_frame_can_hurt_the_page() -> None:
    evil = bytes.fromhex("0200000000020200000000010800") + bytes(200)
    path = b"GET /<script>\x1b[2J\n" + b"x" * 500 + b" HTTP/1.1\r\n\r\n"
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import Ether

    web = bytes(Ether() / IP(src="10.0.2.2", dst="10.0.2.15") / TCP(dport=80, flags="PA") / path)
    table = dissection.table(
        [Frame(0, data, len(data)) for data in (evil, b"", b"x" * 13, web, *(web[:n] for n in range(80)))]
    )
    for row in table.rows:
        assert all(cell.isprintable() and len(cell) <= dissection.MOST_CHARACTERS for cell in row)
    assert "<script>" not in table.html()


def test_of_many_the_newest_are_shown() -> None:
    table = dissection.table([Frame(number * 1_000_000, b"", 0) for number in range(1000)])
    assert len(table.rows) == dissection.MOST_ROWS
    assert table.rows[-1][0] == "999.000000"


def test_without_scapy_the_table_is_refused_and_the_file_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    dissection._ethernet.cache_clear()
    monkeypatch.setitem(sys.modules, "scapy.layers.l2", None)
    with pytest.raises(Refusal, match="Scapy, which decodes frames, is not installed"):
        dissection.check()
