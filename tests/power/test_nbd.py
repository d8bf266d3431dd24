"""The server of a volatile disk: what it says, what it keeps, and what a loss of power leaves. No machine here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from random import Random

import pytest

from tests.machine.images import stand_in
from tests.power.nbd_client import DISCONNECT, FLUSH, GO, LIST, READ, Client
from unikernel.errors import Refusal
from unikernel.machine import volatile_disk
from unikernel.machine.boot import boot
from unikernel.machine.fake import Fake, FakeMachine
from unikernel.machine.nbd import MOST_BYTES
from unikernel.machine.power import Power, PowerCut
from unikernel.machine.volatile_disk import survivors

SECTOR = 512
SIZE = 64 * SECTOR
EPERM, EIO, EINVAL = 1, 5, 22


def sector(value: int, count: int = 1) -> bytes:
    return bytes([value]) * SECTOR * count


@pytest.fixture
def file() -> Iterator[int]:
    fd = os.memfd_create("disk")
    os.ftruncate(fd, SIZE)
    yield fd
    os.close(fd)


async def client_of(power: Power, file: int, *, read_only: bool = False) -> Client:
    return await (await Client.connected(power.disk(file, SIZE, read_only=read_only))).go()


async def test_it_says_how_large_it_is_and_refuses_what_it_does_not_know(file: int) -> None:
    client = await Client.connected(Power().disk(file, SIZE, read_only=True))
    assert await client.option(LIST) == [(0x80000001, b"")]
    kinds = [kind for kind, _ in await client.option(GO)]
    assert kinds == [3, 3, 1]


async def test_what_is_written_is_read_and_reaches_the_file_by_a_flush(file: int) -> None:
    client = await client_of(Power(), file)
    assert (client.size_bytes, client.flags) == (SIZE, 5)
    assert await client.write(0, sector(1, 4)) == 0
    assert await client.write(SECTOR, sector(2)) == 0
    assert await client.read(0, 6 * SECTOR) == sector(1) + sector(2) + sector(1, 2) + sector(0, 2)
    assert os.pread(file, SIZE, 0) == bytes(SIZE)
    assert await client.ask(FLUSH) == (0, b"")
    assert os.pread(file, 4 * SECTOR, 0) == sector(1) + sector(2) + sector(1, 2)


@pytest.mark.parametrize(
    ("kind", "offset", "length", "error"),
    [
        (READ, SIZE, SECTOR, EINVAL),
        (READ, 1, SECTOR, EINVAL),
        (READ, 0, 100, EINVAL),
        (READ, 2**63, SECTOR, EINVAL),
        (99, 0, SECTOR, EINVAL),
    ],
)
async def test_nonsense_is_an_error(file: int, kind: int, offset: int, length: int, error: int) -> None:
    client = await client_of(Power(), file)
    assert (await client.ask(kind, offset, length))[0] == error
    assert await client.read(0, SECTOR) == sector(0)


@pytest.mark.parametrize(("kind", "length"), [(READ, MOST_BYTES + SECTOR), (DISCONNECT, 0)])
async def test_too_much_and_good_bye_end_the_connection(file: int, kind: int, length: int) -> None:
    client = await client_of(Power(), file)
    with pytest.raises(asyncio.IncompleteReadError):
        await client.ask(kind, 0, length)


async def test_a_read_only_disk_takes_no_writes(file: int) -> None:
    client = await client_of(Power(), file, read_only=True)
    assert client.flags & 2
    assert await client.write(0, sector(1)) == EPERM


async def test_a_file_that_fails_is_an_error_and_the_disk_serves_on(file: int) -> None:
    closed = os.open("/dev/null", os.O_RDONLY)
    client = await client_of(Power(), closed)
    assert await client.write(0, sector(1)) == 0
    assert (await client.ask(FLUSH))[0] == EIO
    assert await client.read(0, SECTOR) == sector(1)
    os.close(closed)


async def test_a_full_cache_writes_itself_out(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volatile_disk, "CACHE_BYTES", 2 * SECTOR)
    client = await client_of(Power(), file)
    await client.write(0, sector(1, 2))
    assert os.pread(file, SECTOR, 0) == sector(0)
    await client.write(2 * SECTOR, sector(1))
    assert os.pread(file, 3 * SECTOR, 0) == sector(1, 3)


@pytest.mark.parametrize(("keep", "left"), [("all", sector(1) + sector(2)), ("none", sector(1) + sector(0))])
async def test_the_power_goes_with_a_write_that_nobody_is_told_of(file: int, keep: str, left: bytes) -> None:
    gone: list[bool] = []
    power = Power(PowerCut(2, keep))  # type: ignore[arg-type]
    power.when_it_goes(lambda: gone.append(True))
    client = await client_of(power, file)
    await client.write(0, sector(1))
    await client.ask(FLUSH)
    with pytest.raises(asyncio.IncompleteReadError):
        await client.write(SECTOR, sector(2))
    assert gone == [True]
    power.close()
    assert os.pread(file, 2 * SECTOR, 0) == left


async def test_writes_are_counted_over_all_disks_from_the_arming_on(file: int) -> None:
    gone: list[bool] = []
    power = Power()
    power.when_it_goes(lambda: gone.append(True))
    one, two = await client_of(power, file), await client_of(power, file)
    await one.write(0, sector(1))
    power.arm(PowerCut(2))
    await one.write(0, sector(1))
    assert not gone
    with pytest.raises(asyncio.IncompleteReadError):
        await two.write(0, sector(1))
    with pytest.raises(asyncio.IncompleteReadError):
        await one.read(0, SECTOR)
    assert gone == [True]


async def test_a_machine_that_ends_by_itself_loses_nothing(file: int) -> None:
    power = Power(PowerCut(99))
    client = await client_of(power, file)
    await client.write(0, sector(3))
    power.close()
    assert os.pread(file, SECTOR, 0) == sector(3)


def test_a_seed_chooses_the_same_again_and_any_outcome_happens() -> None:
    writes = [(0, sector(1, 4)), (SECTOR, sector(2)), (8 * SECTOR, sector(3))]
    outcomes = set()
    for seed in range(200):
        left = survivors(writes, Random(seed))
        assert left == survivors(writes, Random(seed))
        disk = bytearray(16 * SECTOR)
        for offset, data in left:
            disk[offset : offset + len(data)] = data
        outcomes.add(bytes(disk[::SECTOR]))
    # Both orders of the first two, the third alone, a torn first, all, and none.
    for values in (b"\1\2\1\1\0\0\0\0\3", b"\1\1\1\1\0\0\0\0\3", b"\0\0\0\0\0\0\0\0\3", b"\0" * 9):
        assert values + bytes(7) in outcomes
    assert any(values[0] != values[2] and 1 in values for values in outcomes)


async def idle(machine: FakeMachine) -> None:
    await machine.read()


async def test_a_machine_not_booted_for_it_is_refused_in_one_sentence() -> None:
    async with await boot(stand_in(), vmm=Fake(idle)) as machine:
        with pytest.raises(
            Refusal, match='power cut: the disks of "stand-in" forget nothing; boot it with volatile=True'
        ):
            await machine.power_cut()


async def test_the_run_says_that_the_power_was_cut() -> None:
    machine = await boot(stand_in(), vmm=Fake(idle), volatile=True)
    await machine.power_cut()
    run = await machine.wait(5)
    assert (run.status, run.ended_by, run.reason) == (137, "power", "its power was cut")
    assert "its power was cut" in str(run)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"after_writes": -1}, "power cut: -1 is no count of writes; give a whole number from 0 on."),
        ({"after_writes": 1.5}, "power cut: 1.5 is no count of writes"),
        ({"keep": "some"}, 'power cut: keep is \'some\'; choose "all", "none" or a whole number as a seed.'),
        ({"keep": True}, "power cut: keep is True"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refusal) as caught:
        PowerCut(**options)  # type: ignore[arg-type]
    assert str(caught.value).startswith(sentence)
