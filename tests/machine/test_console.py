"""The console of a real QEMU: no byte lost either way, and a break that arrives when nothing else does."""

import asyncio

from tests.machine.images import guest
from unikernel.machine.boot import boot

MEGABYTE = 1_000_000
PATIENCE_S = 60
PATTERN = bytes(range(256)) * (MEGABYTE // 256 + 1)


async def test_a_megabyte_of_every_value_comes_out_whole() -> None:
    machine = await boot(guest("SOURCE", count=MEGABYTE))
    received = bytearray()

    def take(offset: int, data: bytes) -> None:
        assert offset == len(received)
        received.extend(data)

    machine.console.subscribe(take, replay_from=0)
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.ended_by) == (0, "machine")
    assert received == PATTERN[:MEGABYTE]
    assert run.transcript.data == received


async def test_a_megabyte_of_every_value_goes_in_whole() -> None:
    machine = await boot(guest("SINK", count=MEGABYTE))
    await machine.console.expect("up")
    await machine.console.send(PATTERN[:MEGABYTE])
    assert (await machine.wait(PATIENCE_S)).status == 0


async def test_what_is_sent_at_once_reaches_a_machine_that_is_not_up_yet() -> None:
    async with await boot(guest("ECHO")) as machine:
        await machine.console.send("early")
        await machine.console.expect("early")


async def test_a_break_arrives_though_the_machine_takes_no_input() -> None:
    machine = await boot(guest("DEAF", status=5))
    await machine.console.expect("up")
    stuck = asyncio.ensure_future(machine.console.send(b"x" * 4 * MEGABYTE))
    await asyncio.wait((stuck,), timeout=0.2)
    assert not stuck.done()
    await machine.interrupt()
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (5, "up\nbreak\n")
    await asyncio.wait((stuck,))
    assert "takes no input any more" in str(stuck.exception())


async def test_a_paused_machine_writes_nothing_until_it_resumes() -> None:
    async with await boot(guest("FLOOD")) as machine:
        await machine.console.expect("0123")
        await machine.pause()
        await asyncio.sleep(0.05)
        held = machine.console.offset
        await asyncio.sleep(0.1)
        assert machine.console.offset == held
        await machine.resume()
        await machine.console.expect("0123")
