"""The network of a machine on the real QEMU: ports that lead in, private networks, taps and bridges, and cables."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.machine.conftest import left
from tests.machine.images import guest
from unikernel.cli.main import main
from unikernel.devices import Network
from unikernel.machine import registry, sync
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.machine.network import backlog, holders
from unikernel.machine.network.nics import mac_of

CLIENTS = 100


async def announce(machine: Machine) -> None:
    """Have QEMU send a frame of the nic's own, as it does after a migration: an RARP request, to all."""
    numbers = dict.fromkeys(("initial", "max", "step"), 50) | {"rounds": 1}
    await session_of(machine)._monitor.execute("announce-self", numbers)


def session_of(machine: Machine) -> Any:
    return machine._session


async def widened(machine: Machine) -> bool:
    return bool(await session_of(machine)._widening)


def connect(port: int, held: ExitStack) -> None:
    held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))


async def test_many_may_wait_at_a_forward_also_after_a_restart() -> None:
    async with await boot(guest("IDLE", network="user"), forward={0: 80}) as machine:
        (forward,) = machine.forwards
        for _ in range(2):
            assert await widened(machine)
            os.kill(machine.pid, signal.SIGSTOP)  # nobody takes a connection now
            with ExitStack() as held:
                for _ in range(CLIENTS):
                    connect(forward.port, held)
                os.kill(machine.pid, signal.SIGCONT)
            await machine.restart()


async def test_without_the_right_to_look_into_qemu_a_forward_works_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_process: int, _descriptor: int) -> int:
        raise PermissionError

    monkeypatch.setattr(backlog, "_taken", denied)
    assert "pidfd_getfd is refused" in backlog.lack()
    async with await boot(guest("IDLE", network="user"), forward={0: 80}) as machine:
        assert not await widened(machine)
        with ExitStack() as held:
            connect(machine.forwards[0].port, held)


def test_here_we_have_that_right() -> None:
    assert backlog.lack() == ""


async def test_a_port_that_somebody_takes_in_between_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(holders, "try_port", lambda _host, wanted, _protocol: wanted)
        run = await (await boot(guest("IDLE", network="user"), forward={port: 80})).wait()
    assert (run.status, run.ended_by) == (125, "vmm")
    assert f"forward {port}:80: the host's port {port} is taken by this process" in run.reason


async def test_forwards_are_on_loopback_alone() -> None:
    async with await boot(guest("IDLE", network="user"), forward=["0:80", "0:443"]) as machine:
        assert await widened(machine)
        ours = {f"socket:[{inode}]" for each in machine.forwards for inode in inodes(each.port)}
        listening = {each for each in sockets(machine.pid) if each in ours}
        assert len(listening) == 2
        assert all(place == "0100007F" for each in machine.forwards for place in places(each.port))


def rows(port: int) -> list[list[str]]:
    lines = [*Path("/proc/net/tcp").read_text().splitlines()[1:], *Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    return [fields for line in lines if (fields := line.split())[1].endswith(f":{port:04X}") and fields[3] == "0A"]


def inodes(port: int) -> list[str]:
    return [fields[9] for fields in rows(port)]


def places(port: int) -> list[str]:
    return [fields[1].partition(":")[0] for fields in rows(port)]


def sockets(pid: int) -> set[str]:
    return {fd.readlink().name for fd in Path(f"/proc/{pid}/fd").iterdir()}


def test_a_kept_machines_forwards_are_told_by_all(runtime_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = guest("IDLE", network="user outbound")
    assert main(["boot", str(image.path), "--detach", "--forward", "0:80", "--forward", "0:53/udp"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["guest_port"] for each in told["forwards"]] == [80, 53]
    first = told["forwards"][0]
    assert first["url"] == f"http://127.0.0.1:{first['port']}/"
    assert "url" not in told["forwards"][1]
    try:
        assert main(["ps", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)[0]["forwards"] == told["forwards"]
        assert main(["ps"]) == 0
        assert f"idle: {first['url']}" in capsys.readouterr().out
        with sync.attach(told["name"]) as machine:
            assert [each.data() for each in machine.forwards] == told["forwards"]
            assert f'<a href="{first["url"]}"' in machine._repr_html_()
            machine.link(up=False)
        assert main(["boot", str(image.path), "--detach", "--forward", f"{first['port']}:80"]) == 2
        assert f'is taken by the machine "{told["name"]}"; stop that' in capsys.readouterr().err
    finally:
        registry.stop(told["name"])
    for path in runtime_folder.glob("*.ended"):
        path.unlink()


async def test_machines_on_a_private_network_reach_each_other_also_after_a_restart(runtime_folder: Path) -> None:
    image = guest("IDLE", network="network lab")
    async with Network("lab").port("probe") as port, await boot(image) as one, await boot(image) as other:
        for machine in (one, other, one):
            await announce(machine)
            frame = await port.receive()
            mac = bytes.fromhex(mac_of("idle", machine.name, "net").replace(":", ""))
            assert frame[:14] == b"\xff" * 6 + mac + b"\x80\x35"
            await machine.restart()
        assert len(list((runtime_folder / "networks" / "lab").iterdir())) == 3
    assert not (runtime_folder / "networks").exists()


async def test_a_pulled_cable_carries_nothing() -> None:
    async with Network("lab").port("probe") as port, await boot(guest("IDLE", network="network lab")) as machine:
        await machine.link(up=False)
        await announce(machine)
        await machine.link(up=True)
        await session_of(machine)._monitor.execute("query-status")
        await machine.stop()  # what it sent has come by then
        assert port._received.qsize() == 0


async def test_a_machine_whose_owner_is_killed_leaves_no_place(runtime_folder: Path) -> None:
    script = (
        "import asyncio\nfrom tests.machine.images import guest\nfrom unikernel.machine.boot import boot\n"
        "async def main():\n"
        "    machine = await boot(guest('IDLE', network='network lab'))\n"
        "    print(machine.pid, flush=True)\n    await machine.wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        owner.stdout.readline()
        assert (runtime_folder / "networks" / "lab").is_dir()
        owner.kill()
    assert registry.running() == []
    assert not left(runtime_folder)


def test_taps_and_bridges_in_a_namespace() -> None:
    unshare = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    done = subprocess.run(
        [*unshare, sys.executable, "-m", "tests.machine.taps"], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


async def test_what_goes_through_a_nic_is_captured_also_after_a_restart() -> None:
    async with Network("lab").port("probe") as port, await boot(guest("IDLE", network="network lab")) as machine:
        async with await machine.capture() as capture:
            to_machine = b"\xff" * 6 + b"\x02\0\0\0\0\x09" + b"\x88\xb5" + b"to the machine".ljust(46)
            await port.send(to_machine)
            while len(capture.frames) < 1:
                await asyncio.sleep(0.01)
            await announce(machine)
            while len(capture.frames) < 2:
                await asyncio.sleep(0.01)
            await machine.restart()
            while len(capture.frames) < 3:
                await announce(machine)
                await asyncio.sleep(0.1)
        first, second, *others = capture.frames
        assert first.data == to_machine
        assert all(each.data[6:12].hex(":") == mac_of("idle", machine.name, "net") for each in (second, *others))
        assert first.time_us <= second.time_us
        assert "RARP" in capture.table().rows[1][4] or "ARP" in capture.table().rows[1][4]


async def test_a_capture_is_bounded_by_the_real_qemu_too() -> None:
    async with await boot(guest("IDLE", network="user")) as machine:
        capture = await machine.capture(limit_bytes=1024)
        while not capture.ended:
            await announce(machine)
            await asyncio.sleep(0.01)
        assert 1 <= len(capture.pcap) // 1024 + 1 <= 2
        assert capture.frames


def test_a_machine_of_another_process_is_captured_there(capsys: pytest.CaptureFixture[str]) -> None:
    with sync.boot(guest("IDLE", network="user")) as machine:
        assert main(["capture", machine.name]) == 2
        assert f'capture: "{machine.name}" belongs to process {os.getpid()}; use its' in capsys.readouterr().err
