"""Syslog: lines arrive at a server as RFC 5424 has them, and at another Log beside it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.network.asked import asked, image_of, network_name
from tests.network.frames import UDP, read_udp
from tests.network.namespace import server
from tests.network.peer import Peer, peer
from unikernel.devices import OPEN, Log, MockClock, Network, StaticIp, Syslog, UdpSockets, VirtioNet

PORT: Final = 514
LINE: Final = re.compile(rb"<(\d{1,3})>1 (\S+) (\S+) (\S{1,48}) - - - (.*)", re.DOTALL)
"""RFC 5424, section 6: priority, version, time, host, app; no process, no kind, no structured data; the message."""


async def heard(host: Peer, port: int = PORT) -> tuple[bytes, ...]:
    """The next line, in its parts."""
    packet = await host.hear(lambda each: each.protocol == UDP and each.payload[2:4] == port.to_bytes(2))
    datagram = read_udp(packet)
    assert datagram
    match = LINE.fullmatch(datagram.data)
    assert match, datagram.data
    return match.groups()


async def test_a_line_arrives_whole_and_the_console_has_it_too(tmp_path: Path) -> None:
    lab = network_name()
    devices = (VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), Log(name="log"), Syslog(name="far"))
    async with peer(lab) as host, asked(image_of(tmp_path, *devices, name="web_one")) as app:
        before = datetime.now(UTC)
        await app.ask("device('far').line('warning', 'disk 1', 'nearly full')")
        priority, time, hostname, source, message = await heard(host)
        assert (priority, hostname, source, message) == (b"132", b"web-one", b"disk_1", b"nearly full")
        assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
        assert abs((datetime.fromisoformat(time.decode()) - before).total_seconds()) < 20
        assert " warning disk 1: nearly full\n" in app.machine.console.transcript.text


async def test_text_beyond_ascii_is_marked_and_a_long_line_is_cut(tmp_path: Path) -> None:
    lab = network_name()
    devices = (VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), Syslog(name="far"))
    async with peer(lab) as host, asked(image_of(tmp_path, *devices)) as app:
        await app.ask("device('far').line('error', '', 'gr\\xfcn')")
        assert (await heard(host))[3:] == (b"-", "\N{ZERO WIDTH NO-BREAK SPACE}grün".encode())
        await app.ask("device('far').line('error', 'x' * 60, 'y' * 3000)")
        *_, source, message = await heard(host)
        assert (source, set(message)) == (b"x" * 48, {ord("y")})
        assert 1300 < len(message) < 1400


async def test_levels_port_facility_and_name_are_the_stacks_or_the_boots(tmp_path: Path) -> None:
    lab = network_name()
    far = Syslog(name="far", level=OPEN, port=1514, facility=3, hostname="db", server=OPEN)
    devices = (VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), far)
    given = {"far.level": "warning", "far.server": "10.0.2.3"}
    async with peer(lab, "10.0.2.3") as host, asked(image_of(tmp_path, *devices), parameters=given) as app:
        await app.ask("device('far').line('info', 'app', 'not this')")
        await app.ask("device('far').line('error', 'app', 'this')")
        priority, _, hostname, _, message = await heard(host, 1514)
        assert (priority, hostname, message) == (b"27", b"db", b"this")


async def test_time_is_the_clocks(tmp_path: Path) -> None:
    lab = network_name()
    clock = MockClock(start_s=951782399)
    devices = (clock, VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), Syslog(name="far"))
    async with peer(lab) as host, asked(image_of(tmp_path, *devices)) as app:
        await app.ask("device('mockclock').advance(1.25)")
        # Such a clock leaps to whatever is waited for, perhaps past the patience for the host's first answer.
        line = asyncio.create_task(heard(host))
        while not line.done():
            await app.ask("device('far').line('info', 'app', 'leap')")
            await asyncio.wait([line], timeout=0.5)
        assert (await line)[1].startswith(b"2000-02-29T")


async def test_rsyslog_reads_it(tmp_path: Path) -> None:
    lab = network_name()
    found = tmp_path / "found"
    (tmp_path / "rsyslog.conf").write_text(
        'module(load="imudp")\ninput(type="imudp" port="514")\n'
        'template(name="parts" type="string" string="%pri% %protocol-version% %hostname% %app-name%|%msg%\\n")\n'
        f'action(type="omfile" file="{found}" template="parts" sync="on")\n'
    )
    command = ("rsyslogd", "-n", "-f", f"{tmp_path}/rsyslog.conf", "-i", f"{tmp_path}/pid")
    devices = (VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), Syslog(name="far"))
    async with server(lab, ("10.0.2.2/24",), *command, log=tmp_path / "rsyslog.log"):
        async with asked(image_of(tmp_path, *devices)) as app, asyncio.timeout(30):
            while not found.exists() or not found.read_bytes().endswith(b"\n"):
                await app.ask("device('far').line('error', 'disk', 'gr\\xfcn')")
                await asyncio.sleep(0.2)
    assert found.read_text().splitlines()[0].replace("\N{ZERO WIDTH NO-BREAK SPACE}", "") == "131 1 asked disk|grün"
