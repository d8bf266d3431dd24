"""Memory in use at the first line: whole, without gaps, and not deceived by what a machine says of itself."""

from dataclasses import replace

import pytest

from tests.machine.images import guest
from tests.unit.test_measure_boot import PHASES, run
from unikernel import abi, sweep
from unikernel.app import App
from unikernel.build import build
from unikernel.machine.boot import boot
from unikernel.machine.run import Run
from unikernel.measure.memory import MemoryUse, memory_use
from unikernel.stack import Stack

IMAGE = guest("HELLO")
END = IMAGE.place.image_end
TOUCHED = ((0, 0x1000), (0x100000, END), (END + 0x5000, END + 0x7000))


def ended(heap: tuple[int, int] = (END, 0x10000), touched: tuple[tuple[int, int], ...] = TOUCHED) -> Run:
    whole = run(*PHASES)
    found = abi.Memory(total_bytes=8 << 20, heap_start=heap[0], heap_bytes=heap[1])
    return replace(whole, touched=touched, records=replace(whole.records, memory=found))


def use_of(of: Run) -> MemoryUse:
    use = memory_use(of, IMAGE)
    assert use
    return use


def assert_whole(use: MemoryUse) -> None:
    assert use.regions[0].start == 0
    assert all(one.end == other.start for one, other in zip(use.regions, use.regions[1:], strict=False))
    assert all(region.start < region.end for region in use.regions)


def test_regions_have_no_gaps_and_their_sum_is_the_runs_number() -> None:
    use = use_of(ended())
    assert_whole(use)
    assert use.used_bytes == ended().memory_in_use_bytes
    assert use.regions[0].name == "left by the VMM"
    assert use.regions[0].used_bytes == 0x1000
    heap = use.regions[-1]
    assert (heap.name, heap.start, heap.bytes, heap.used_bytes) == ("heap", END, 0x10000, 0x2000)


@pytest.mark.parametrize(
    "heap", [(0, 0), (1 << 63, 1 << 63), (0, 1 << 20), (END, 1 << 40), (END, 0), (END - 1, 0x10000), (2**64 - 1, 2)]
)
def test_a_heap_that_cannot_be_is_left_out(heap: tuple[int, int]) -> None:
    use = use_of(ended(heap))
    assert_whole(use)
    assert "heap" not in [region.name for region in use.regions]
    assert use.used_bytes == ended().memory_in_use_bytes


def test_a_machine_that_wrote_nothing_has_none() -> None:
    assert memory_use(ended(touched=()), IMAGE) is None
    assert ended(touched=()).memory_in_use_bytes == 0


async def test_a_machine_on_qemu_uses_its_image_and_little_more() -> None:
    run = await (await boot(IMAGE)).wait(20)
    assert run.touched[-1][1] <= 8 << 20
    code = next(region for region in use_of(run).regions if region.name != "left by the VMM")
    assert code.used_bytes > 0
    assert 0 < run.memory_in_use_bytes < 1 << 20


async def test_memory_is_noted_at_the_first_line_of_the_last_life() -> None:
    async with await boot(guest("ECHO")) as machine:
        await machine.console.expect("up")
        await machine.restart()
        await machine.console.expect("up")
        run = await machine.stop()
    assert run.memory_in_use_bytes > 0


def test_a_whole_image_has_its_heap_in_the_card() -> None:
    image = build(Stack.default("memory", App.from_text("print('first')")))
    use = sweep.memory(image)
    assert_whole(use)
    assert [region.name for region in use.regions][-1] == "heap"
    assert use.total_bytes == image.manifest.memory_bytes
    assert "in use at the first line" in str(use)
    by_name = {region.name: region for region in use.regions}
    assert by_name["code"].permissions == "r-x"
    assert by_name["code"].used_bytes == by_name["code"].bytes
    assert 0 < by_name["heap"].used_bytes < by_name["heap"].bytes
