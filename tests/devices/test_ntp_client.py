"""NtpClient: the clock is set by a server, kept, and not by whoever lies."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.network import dhcp, frames, ntp
from tests.network.asked import Asked, asked, image_of, network_name
from tests.network.dhcp import DhcpServer
from tests.network.frames import Datagram
from tests.network.namespace import server
from tests.network.ntp import NtpServer
from tests.network.peer import peer
from unikernel.build.image import Image
from unikernel.devices import DhcpIp, DnsResolver, Network, NtpClient, StaticIp, UdpSockets, VirtioNet

NEAR_S = 5.0
"""How near two clocks are said to be here: what an answer takes on a busy computer, and not what the test is about."""
YEAR_S = 365 * 86400


def image(folder: Path, lab: str, **parameters: object) -> Image:
    client = NtpClient(name="ntp", **{"server": "10.0.2.2", "every_s": 16, **parameters})  # type: ignore[arg-type]
    return image_of(folder, VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), client)


async def ahead(app: Asked) -> float:
    """How much later the machine's clock is than this computer's."""
    before = time.time()
    said: float = await app.ask("time.time_ns() / 1e9")
    return said - (before + time.time()) / 2


@pytest.mark.parametrize("ahead_s", [0.0, YEAR_S, -YEAR_S, 12 * YEAR_S])
async def test_the_first_answer_sets_the_clock(tmp_path: Path, ahead_s: float) -> None:
    lab = network_name()
    time_server = NtpServer(ahead_s)
    async with peer(lab) as host:
        host.served[ntp.PORT] = time_server.answer
        async with asked(image(tmp_path, lab)) as app:
            assert await app.ask("device('ntp').wait(20)") is None
            assert abs(await ahead(app) - ahead_s) < NEAR_S
            state = "(device('ntp').synchronized, device('ntp').server, device('ntp').stratum, device('ntp').answers)"
            assert await app.ask(state) == (True, "10.0.2.2", 2, 1)
            assert 0 <= await app.ask("device('ntp').delay") < NEAR_S
            question = time_server.questions[0]
            assert (question[0], question[1:40]) == (4 << 3 | 3, bytes(39))  # nothing of this machine


async def test_a_silent_server_is_asked_again_and_the_clock_is_the_hosts_until_then(tmp_path: Path) -> None:
    lab = network_name()
    time_server = NtpServer(YEAR_S, silent=True)
    async with peer(lab) as host:
        host.served[ntp.PORT] = time_server.answer
        async with asked(image(tmp_path, lab)) as app:
            assert await app.ask("device('ntp').wait(0.5)") == ("OSError", (110,))
            assert abs(await ahead(app)) < NEAR_S
            time_server.silent = False
            await app.ask("device('ntp').wait(20)")
            assert abs(await ahead(app) - YEAR_S) < NEAR_S
            assert len(time_server.questions) >= 2


@pytest.mark.parametrize(
    "wrong", [{"forgets": True}, {"stratum": 0}, {"stratum": 16}], ids=lambda wrong: next(iter(wrong))
)
async def test_what_is_no_answer_sets_nothing(tmp_path: Path, wrong: dict[str, int]) -> None:
    lab = network_name()
    time_server = NtpServer(YEAR_S, **wrong)  # type: ignore[arg-type]
    async with peer(lab) as host:
        host.served[ntp.PORT] = time_server.answer
        async with asked(image(tmp_path, lab)) as app:
            assert await app.ask(
                "([time.sleep(0.05) for _ in range(400) if not device('ntp').refused], device('ntp').refused)[1]"
            )
            assert await app.ask("device('ntp').synchronized") is False
            assert abs(await ahead(app)) < NEAR_S


async def test_others_cannot_answer_for_the_server(tmp_path: Path) -> None:
    lab = network_name()
    liar, time_server = NtpServer(YEAR_S), NtpServer(silent=True)
    async with peer(lab, "10.0.2.2", "10.0.2.66") as host:
        answers: list[frames.Packet] = []

        def lie(question: Datagram) -> bytes | None:
            time_server.answer(question)
            data = liar.answer(question)
            assert data
            answers.append(
                frames.udp(Datagram(host.addresses[1], question.source, ntp.PORT, question.source_port, data))
            )
            return None

        host.served[ntp.PORT] = lie
        async with asked(image(tmp_path, lab)) as app:
            assert await app.ask("device('ntp').wait(0.2)") == ("OSError", (110,))
            await host.send(answers[-1])
            await host.ping("10.0.2.15")
            assert await app.ask("(device('ntp').synchronized, device('ntp').answers)") == (False, 0)


async def test_a_small_difference_is_slewed_and_time_never_goes_back(tmp_path: Path) -> None:
    lab = network_name()
    time_server = NtpServer()
    async with peer(lab) as host:
        host.served[ntp.PORT] = time_server.answer
        async with asked(image(tmp_path, lab)) as app:
            await app.ask("device('ntp').wait(20)")
            time_server.ahead_s = -0.1
            before = await app.ask("time.time_ns()")
            again = "([time.sleep(0.1) for _ in range(600) if device('ntp').answers < 2], device('ntp').offset)[1]"
            assert await app.ask(again, 80) < 0
            times = await app.ask("[time.time_ns() for _ in range(2000)]")
            assert times == sorted(times)
            assert times[0] > before


async def test_the_leases_server_is_asked_where_the_stack_says_none(tmp_path: Path) -> None:
    lab = network_name()
    devices = (VirtioNet(Network(lab)), DhcpIp(name="ip"), UdpSockets(), NtpClient(name="ntp"))
    async with peer(lab) as host:
        host.served |= {dhcp.SERVER_PORT: DhcpServer().answer, ntp.PORT: NtpServer(YEAR_S).answer}
        async with asked(image_of(tmp_path, *devices)) as app:
            await app.ask("device('ntp').wait(20)")
            assert await app.ask("device('ntp').server") == "10.0.2.2"
            assert abs(await ahead(app) - YEAR_S) < NEAR_S


async def test_a_server_is_found_by_its_name(tmp_path: Path) -> None:
    lab = network_name()
    names = DnsResolver(servers="", hosts="time.lab=10.0.2.2")
    devices = (VirtioNet(Network(lab)), StaticIp(name="ip"), UdpSockets(), names)
    async with peer(lab) as host:
        host.served[ntp.PORT] = NtpServer(YEAR_S).answer
        async with asked(image_of(tmp_path, *devices, NtpClient(name="ntp", server="time.lab"))) as app:
            await app.ask("device('ntp').wait(20)")
            assert abs(await ahead(app) - YEAR_S) < NEAR_S


async def test_chrony_is_believed(tmp_path: Path) -> None:
    lab = network_name()
    configuration = tmp_path / "chrony.conf"
    configuration.write_text(
        f"local stratum 3\nallow all\npidfile {tmp_path}/pid\nbindcmdaddress /\ncmdport 0\nuser root\n"
    )
    command = ("chronyd", "-x", "-d", "-f", str(configuration))
    async with (
        server(lab, ("10.0.2.2/24",), *command, log=tmp_path / "chrony.log"),
        asked(image(tmp_path, lab)) as app,
    ):
        await app.ask("device('ntp').wait(20)")
        assert abs(await ahead(app)) < NEAR_S
        assert await app.ask("(device('ntp').stratum, device('ntp').refused)") == (3, 0)
