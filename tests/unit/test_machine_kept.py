"""What a keeper and its viewers say to each other, both on one loop, with the fake for a machine."""

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.machine.images import PANIC_OFFSET, stand_in
from unikernel import abi
from unikernel.build.manifest import ManifestDevice
from unikernel.errors import MachineError, Refusal, WrongState
from unikernel.machine import kept, registry
from unikernel.machine.boot import boot
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.handle import MachineState
from unikernel.machine.kept import wire
from unikernel.machine.kept.server import Server
from unikernel.machine.machine import Machine
from unikernel.machine.metrics import HostView

DEEP = "deep/" * 12


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """So deep that its sockets' paths are longer than a socket's address may be."""
    folder = tmp_path / DEEP
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "unikernel"


async def echo(machine: FakeMachine) -> None:
    await machine.write("up\r\n")
    while data := await machine.read():
        if data == b"end":
            machine.note_exit(6)
            return
        await machine.write(data)


@asynccontextmanager
async def served(
    script: object = echo, devices: tuple[ManifestDevice, ...] = (), **options: object
) -> AsyncIterator[tuple[Machine, Server]]:
    machine = await boot(stand_in(devices=devices), vmm=Fake(script), **options)  # type: ignore[arg-type]
    server = Server(machine)
    await server.open()
    try:
        yield machine, server
    finally:
        await machine.stop()
        await server.close()
        assert registry.running() == []


async def test_a_viewer_types_reads_and_gets_the_run() -> None:
    async with served():
        machine = await kept.attach("stand-in")
        await machine.console.expect("up")
        await machine.console.send("ping")
        await machine.console.expect("ping")
        assert (await machine.records()).valid
        await machine.console.send("end")
        run = await machine.wait(5)
    assert (run.name, run.status, run.ended_by, run.versions) == ("stand-in", 6, "machine", {"vmm": "fake"})
    assert run.transcript.data == b"up\r\nping"
    assert run.transcript.marks
    assert run.host.seconds > 0
    assert machine.state is MachineState.ENDED
    with pytest.raises(WrongState, match="has ended"):
        await machine.console.send("x")


async def test_a_viewer_sees_what_the_host_sees_and_the_machine_says() -> None:
    heap = '{"bytes": 2, "used": 1, "free": 1, "high": 1, "collections": 0}'

    async def says(machine: FakeMachine) -> None:
        await machine.write(f'{{"uptime_s": 1.5, "heap": {heap}, "devices": {{}}}}\r\n')
        await machine.read()

    async with served(says):
        machine = await kept.attach("stand-in")
        await machine.console.expect("\n")
        metrics = await machine.metrics()
        await machine.leave()
    assert metrics.host == HostView(0.0, 0, {})
    assert metrics.said["uptime_s"] == 1.5


async def test_each_viewer_sees_all_and_the_late_one_what_is_kept() -> None:
    async with served(output_limit_bytes=100) as (owned, _):
        first = await kept.attach("stand-in")
        await first.console.send("a" * 150)
        await first.console.expect("a{100}")
        late = await kept.attach("stand-in")
        await late.console.expect("a{100}")
        assert late.console.transcript.offset == owned.console.offset - 100
        await late.console.send("seen by both")
        for viewer in (first, late):
            await viewer.console.expect("seen by both")
            await viewer.leave()


async def doubling(machine: FakeMachine) -> None:
    """Writes back twice what comes on the channel, and ends with the console's first word."""
    await machine.write("up")
    typed = asyncio.ensure_future(machine.read())
    while not typed.done():
        told = asyncio.ensure_future(machine.read(channel="metrics"))
        await asyncio.wait((typed, told), return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            await machine.write(told.result() * 2, "metrics")
        told.cancel()
    machine.note_exit(0)


async def test_a_viewer_reads_and_writes_the_channels_too() -> None:
    device = ManifestDevice("text", "VirtioConsole", {"channels": "metrics,events"})
    async with served(doubling, (device,)) as (owned, _):
        await owned.channels["metrics"].send("a")
        await owned.channels["metrics"].expect("aa")
        viewer = await kept.attach("stand-in")
        await viewer.channels["metrics"].expect("aa")
        await viewer.channels["metrics"].send("b")
        await viewer.channels["metrics"].expect("bb")
        await viewer.console.expect("up")
        await viewer.console.send("end")
        runs = [await viewer.wait(5), await owned.wait(5)]
    for run in runs:
        assert {name: text.data for name, text in run.channels.items()} == {"metrics": b"aabb", "events": b""}
        assert run.transcript.data == b"up"


async def test_a_viewer_asks_for_output_from_an_offset_on() -> None:
    async with served() as (owned, _):
        await owned.console.expect("up\r\n")
        async with await kept.attach("stand-in", replay_from=2) as viewer:
            await viewer.console.expect("\r\n")
            assert viewer.console.transcript.data == b"\r\n"


async def test_leaving_lets_the_machine_run_on() -> None:
    async with served() as (owned, _):
        async with await kept.attach("stand-in") as viewer:
            pass
        assert owned.state is MachineState.RUNNING
        assert viewer.run is None
        with pytest.raises(WrongState, match='"stand-in" was left; attach to it again'):
            await viewer.wait(5)
        with pytest.raises(WrongState, match="was left; attach to it again"):
            await viewer.stop()


async def test_pause_resume_restart_and_stop_from_a_viewer() -> None:
    async with served() as (owned, _):
        viewer = await kept.attach("stand-in")
        await viewer.console.expect("up")
        await viewer.pause()
        assert owned.state is viewer.state is MachineState.PAUSED
        with pytest.raises(WrongState, match="must be running"):
            await viewer.pause()
        await viewer.resume()
        await viewer.restart()
        await viewer.console.expect("up")
        assert owned.restarts == viewer.restarts == 1
        run = await viewer.stop()
        assert (run.status, run.ended_by, run.restarts) == (130, "stopped", 1)


async def test_an_owners_refusal_is_the_viewers() -> None:
    async with served() as (owned, _):
        viewer = await kept.attach("stand-in")
        await owned.pause()
        viewer._become(MachineState.RUNNING)  # It has not heard yet.
        with pytest.raises(WrongState, match='pause: "stand-in" must be running for that, but it is paused'):
            await viewer.pause()
        await viewer.leave()


async def test_an_interrupt_passes_input_that_is_stuck() -> None:
    async def deaf(machine: FakeMachine) -> None:
        await machine.broken.wait()
        machine.note_exit(5)

    async with served(deaf):
        viewer = await kept.attach("stand-in")
        stuck = asyncio.ensure_future(viewer.console.send(b"x" * 4_000_000))
        await asyncio.wait((stuck,), timeout=0.1)
        assert not stuck.done()
        await viewer.interrupt()
        assert (await viewer.wait(5)).status == 5
        with pytest.raises(WrongState):
            await stuck


async def test_a_viewer_that_reads_no_further_holds_nobody_up_and_learns_what_it_missed() -> None:
    async def floods(machine: FakeMachine) -> None:
        await machine.read()
        for _ in range(300):
            await machine.write(b"x" * 10_000)
        await machine.write(b"last")
        machine.note_exit(0)

    async with served(floods, output_limit_bytes=100_000) as (owned, _):
        slow = await kept.attach("stand-in")
        await slow.hold()
        owned.console.post("go")
        await owned.wait(20)
        await slow.release()
        run = await slow.wait(20)
    assert run.transcript.total_bytes == 3_000_004
    assert slow.console.offset == 3_000_004
    assert slow.console.transcript.data.endswith(b"xlast")


async def test_a_panic_is_reported_to_a_viewer() -> None:
    async def panics(machine: FakeMachine) -> None:
        await machine.read()
        cause = abi.PanicCause.ASSERTION.to_bytes(4, "little")
        machine.memory[PANIC_OFFSET : PANIC_OFFSET + len(cause)] = cause
        machine.note_exit(0, abi.ExitKind.PANIC)

    async with served(panics):
        viewer = await kept.attach("stand-in")
        await viewer.console.send("go")
        run = await viewer.wait(5)
    assert (run.status, run.ended_by) == (134, "panic")
    assert run.panic
    assert run.panic.cause == "broken promise"


async def test_only_its_user_can_open_the_socket(runtime_folder: Path) -> None:
    async with served() as (_, server):
        assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(runtime_folder.stat().st_mode) == 0o700
        assert server.path.parent == runtime_folder
        assert len(str(server.path)) > 108


async def test_nonsense_at_the_socket_hurts_nobody() -> None:
    async with served() as (owned, server):
        for noise in (b"\n", b"{}\n", b'{"kind":"hello","bytes":-1}\n', os.urandom(5000), b"[" * 300_000, b""):
            with wire.address(server.path) as name:
                reader, writer = await asyncio.open_unix_connection(name)
            with contextlib.suppress(ConnectionError):
                writer.write(noise)
                writer.write_eof()
                assert await reader.read() == b""
            writer.close()
        assert owned.state is MachineState.RUNNING


async def test_another_versions_viewer_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served():
        monkeypatch.setattr(kept, "PROTOCOL", 99)
        with pytest.raises(Refusal, match="kept by another version of unikernel; stop it, and boot it again"):
            await kept.attach("stand-in")


async def test_what_is_not_kept_cannot_be_attached_to() -> None:
    async with await boot(stand_in(), vmm=Fake(echo)):
        with pytest.raises(Refusal, match=f'"stand-in" belongs to process {os.getpid()}, which shows it'):
            await kept.attach("stand-in")
    with pytest.raises(Refusal, match='no machine "stand-in" runs'):
        await kept.attach("stand-in")


async def test_a_keeper_that_vanishes_is_125_with_what_was_seen() -> None:
    async with served() as (_, server):
        viewer = await kept.attach("stand-in")
        await viewer.console.expect("up\r\n")
        for task in server._viewers:
            task.cancel()
        run = await viewer.wait(5)
    assert (run.status, run.ended_by, run.reason) == (125, "vmm", "its keeper is gone")
    assert run.transcript.data == b"up\r\n"


async def test_an_error_of_an_unknown_class_is_a_machines() -> None:
    assert type(wire.error_of({"error": "os", "message": "x"})) is MachineError
