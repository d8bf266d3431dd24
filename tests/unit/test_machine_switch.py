"""A private network: who hears a frame, what becomes of those who are slow or gone, and that nothing is left."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from unikernel.devices import Network
from unikernel.errors import MachineTimeout, Refusal, WrongState
from unikernel.machine import registry
from unikernel.machine.network import outlet, port

ALL = b"\xff" * 6
A, B, C = (b"\x02\0\0\0\0" + bytes([n]) for n in (10, 11, 12))
LAB = Network("lab")


def frame(to: bytes, by: bytes, content: bytes = b"") -> bytes:
    return to + by + b"\x88\xb5" + content  # the type is free for experiments: IEEE 802, clause 9.2.3


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = tmp_path / "unikernel"
    yield folder
    assert not list(folder.iterdir())


async def test_what_is_for_all_reaches_all_others() -> None:
    async with LAB.port("a") as a, LAB.port("b") as b, LAB.port("c") as c:
        await a.send(frame(ALL, A))
        assert await b.receive() == await c.receive() == frame(ALL, A)
        with pytest.raises(MachineTimeout, match='no frame came on the network "lab" for 0.01 s'):
            await a.receive(0.01)


async def test_what_is_for_one_reaches_that_one_alone_once_it_has_shown_itself() -> None:
    async with LAB.port("a") as a, LAB.port("b") as b, LAB.port("c") as c:
        await a.send(frame(B, A, b"who is it?"))
        assert await b.receive() == await c.receive() == frame(B, A, b"who is it?")
        await b.send(frame(A, B, b"I"))
        assert await a.receive() == frame(A, B, b"I")
        await a.send(frame(B, A, b"you alone"))
        await a.send(frame(ALL, A, b"all"))
        assert await b.receive() == frame(B, A, b"you alone")
        assert await c.receive() == frame(ALL, A, b"all")


async def test_an_address_that_moves_is_followed() -> None:
    async with LAB.port("a") as a, LAB.port("b") as b, LAB.port("c") as c:
        await b.send(frame(ALL, B))
        await c.send(frame(ALL, B))
        for _ in range(2):
            await a.receive()
        await a.send(frame(B, A))
        assert [await c.receive() for _ in range(2)][-1] == frame(B, A)


async def test_networks_do_not_hear_each_other() -> None:
    async with LAB.port() as a, Network("other").port() as b:
        await a.send(frame(ALL, A))
        with pytest.raises(MachineTimeout):
            await b.receive(0.01)


async def test_the_folder_is_its_users_alone(runtime_folder: Path) -> None:
    async with LAB.port():
        for folder in (runtime_folder, runtime_folder / "networks", runtime_folder / "networks" / "lab"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_who_takes_nothing_costs_frames_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "PATIENCE_S", 0.001)
    async with LAB.port("a") as a, LAB.port("b") as b, LAB.port("slow") as slow:
        slow._place._loop.remove_reader(slow._place._folder.socket)
        count = outlet.MOST_WAITING + 50
        for number in range(count):
            await a.send(frame(ALL, A, bytes([number % 256])))
        for number in range(count):
            assert (await b.receive())[-1] == number % 256
        assert 0 < a.unsent < 50
        slow._place._loop.add_reader(slow._place._folder.socket, slow._place._take)
        for number in range(count - a.unsent):
            assert (await slow.receive())[-1] == number % 256


async def test_a_program_that_sends_much_is_slowed_down_and_loses_nothing() -> None:
    async with LAB.port("a") as a, LAB.port("b") as b:

        async def take() -> int:
            return sum([len(await b.receive()) for _ in range(3000)])

        taking = asyncio.ensure_future(take())
        for _ in range(3000):
            await a.send(frame(ALL, A, b"x" * 1486))
        assert await taking == 3000 * 1500
        assert (a.unsent, b.dropped) == (0, 0)


async def test_what_nobody_receives_is_dropped_at_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "MOST_RECEIVED", 5)
    async with LAB.port("a") as a, LAB.port("b") as b:
        for number in range(8):
            await a.send(frame(ALL, A, bytes([number])))
        while b.dropped < 3:
            await asyncio.sleep(0.001)
        assert [(await b.receive())[-1] for _ in range(5)] == [0, 1, 2, 3, 4]


async def test_who_leaves_takes_what_it_sent_along_to_nobody(runtime_folder: Path) -> None:
    async with LAB.port("b") as b:
        async with LAB.port("a") as a:
            for number in range(100):
                await a.send(frame(ALL, A, bytes([number])))
        assert [(await b.receive())[-1] for _ in range(100)] == list(range(100))
        await b.send(frame(A, B))  # to who is gone
        assert len(list((runtime_folder / "networks" / "lab").iterdir())) == 1


async def test_what_is_no_frame_is_refused_and_a_port_has_an_end() -> None:
    async with LAB.port() as a:
        with pytest.raises(Refusal, match="13 bytes are no frame"):
            await a.send(bytes(13))
    with pytest.raises(WrongState, match='this port has left the network "lab"'):
        await a.send(frame(ALL, A))
    with pytest.raises(WrongState, match="open another"):
        await a.receive()
    with pytest.raises(Refusal, match='port "Big": it is no name for one'):
        LAB.port("Big")


async def test_nonsense_on_its_socket_harms_nobody() -> None:
    async with LAB.port("a") as a, LAB.port("b") as b:
        to = a._place._folder.connect(b._place._folder.name)
        for data in (b"", b"\0", b"\xff", b"\5ab", bytes(13), b"\3\xff\xff\xff" + frame(ALL, C)):
            to.send(data)
        to.close()
        assert await b.receive() == frame(ALL, C)
        await b.send(frame(C, B))  # learned from a name that is none
        await a.send(frame(ALL, A))
        assert await b.receive() == frame(ALL, A)


def test_in_a_script_the_methods_block() -> None:
    with LAB.port("a") as a, LAB.port("b") as b:
        a.send(frame(ALL, A))
        assert b.receive() == frame(ALL, A)


OTHER = """
import asyncio, sys
from unikernel.devices import Network
async def main():
    async with Network("lab").port("other") as port:
        await port.send(bytes.fromhex(sys.argv[1]))
        print((await port.receive()).hex(), flush=True)
        await port.receive(None)
asyncio.run(main())
"""


async def test_it_reaches_other_processes_and_the_dead_are_swept(runtime_folder: Path) -> None:
    async with LAB.port("a") as a:
        words = [sys.executable, "-c", OTHER, frame(ALL, B).hex()]
        other = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
        assert other.stdout
        assert await a.receive() == frame(ALL, B)
        await a.send(frame(B, A))
        assert await other.stdout.readline() == frame(B, A).hex().encode() + b"\n"
        folder = runtime_folder / "networks" / "lab"
        assert len(list(folder.iterdir())) == 2
        other.kill()
        await other.wait()
        registry.running()
        assert [int(path.name.split("-")[0]) for path in folder.iterdir()] == [os.getpid()]
        await a.send(frame(ALL, A))


async def test_what_the_dead_left_is_swept_with_its_folder(runtime_folder: Path) -> None:
    left = runtime_folder / "networks" / "lab" / "1-2-3-gone"
    left.parent.mkdir(parents=True)
    left.touch()
    runtime_folder.chmod(0o700)
    registry.running()
    assert not (runtime_folder / "networks").exists()
