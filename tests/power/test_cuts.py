"""Power cuts: what was acknowledged is there, nothing else has changed, and the file system mounts.

Here a part that every run of the suite can afford; `make soak` does the whole, with many workloads.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.power.disks import tool
from tests.power.recording import Event, Flush, Mark, cuts
from tests.power.scene import Scene
from unikernel.devices import FatFs, LittleFs
from unikernel.machine.power import Keep
from unikernel.units import MIB

LENGTH = 40
FORMAT_WRITES = {LittleFs: 2, FatFs: 2}
"""The first writes to a blank disk, of those that format it, which alone can leave it half done."""
LIVE: tuple[tuple[int, Keep], ...] = ((20, "all"), (45, "none"), (70, 1), (71, 2))


@pytest.fixture(scope="module", params=[LittleFs, FatFs], ids=["LittleFs", "FatFs"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene.of(request.param, tmp_path_factory.mktemp("power") / "project", seed=2, length=LENGTH)


@pytest.fixture(scope="module")
def recorded(scene: Scene) -> list[Event]:
    return scene.record(scene.blank)


def test_whenever_the_power_goes_what_was_acknowledged_is_there(scene: Scene, recorded: list[Event]) -> None:
    every, seeds = (1, 1) if scene.kind is LittleFs else (12, 1)
    found = [scene.fault(cut) for cut in cuts(recorded, scene.blank, seeds, every)]
    assert len(found) > (500 if scene.kind is LittleFs else 60)
    assert [fault for fault in found if fault] == []


def test_without_the_order_that_the_file_system_keeps_things_are_lost(scene: Scene, recorded: list[Event]) -> None:
    """That the test above can fail: the same, on a disk that hears of flushes at each acknowledgement only."""
    heard = [
        event
        for event, following in zip(recorded, [*recorded[1:], Mark(-1)], strict=True)
        if not isinstance(event, Flush) or isinstance(following, Mark)
    ]
    every, seeds = (2, 2) if scene.kind is LittleFs else (11, 3)
    disordered = cuts(heard, scene.blank, seeds, every)
    assert any(scene.fault(cut) for cut in disordered)


@pytest.mark.parametrize(("width", "size", "every"), [(12, MIB, 10), (16, 3 * MIB, 15), (32, 36 * MIB, 30)])
def test_on_a_fat_of_others_the_same_holds(tmp_path: Path, width: int, size: int, every: int) -> None:
    """Theirs has two tables, which may differ in addition; `tests.power.disks.EXPECTED` says so."""
    scene = Scene.of(FatFs, tmp_path / "project", seed=2, length=LENGTH // 2, size=size)
    disk = tmp_path / "theirs.img"
    disk.write_bytes(scene.blank)
    tool("mkfs.fat", "-F", str(width), "-s", "1", disk)
    content = disk.read_bytes()
    found = [scene.fault(cut) for cut in cuts(scene.record(content), content, seeds=0, every=every)]
    assert len(found) > 5
    assert [fault for fault in found if fault] == []


@pytest.mark.parametrize(("after_writes", "keep"), LIVE)
async def test_a_machine_reads_what_a_cut_left(scene: Scene, after_writes: int, keep: Keep) -> None:
    assert await scene.live_fault(after_writes, keep) is None


@pytest.mark.parametrize("keep", ["all", "none", 5])
async def test_a_cut_while_formatting_is_made_good_by_the_next_boot(scene: Scene, keep: Keep) -> None:
    for after_writes in range(1, FORMAT_WRITES[scene.kind] + 1):
        run, acknowledged = await scene.cut(after_writes, keep)
        assert (run.ended_by, acknowledged) == ("power", -1)
        assert await scene.read() == {}
        assert scene.others_view(scene.disk.read_bytes()) == {}
