"""Power cuts of a Kv: what `set` returned from is there, and a value is the old or the new one, whole."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.power import workload
from tests.power.recording import Event, cuts
from tests.power.scene import WHERE, Scene
from tests.power.workload import FOLDER, KEYS, Life, Tree, applied
from unikernel.devices import LittleFs
from unikernel.machine.power import Keep

LENGTH = 40
LIVE: tuple[tuple[int, Keep], ...] = ((9, "all"), (24, "none"), (51, 1), (90, 2), (133, "none"), (150, 3))
READER = f"""
import hashlib, unikernel
kv = unikernel.device("{KEYS}")
for key in kv.list():
    print((key, hashlib.sha256(kv.get(key)).digest()))
kv.set("after", b"works")
assert kv.get("after") == b"works"
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    life = workload.kv_life(WHERE, seed=3, length=LENGTH)
    return Scene.about(LittleFs, tmp_path_factory.mktemp("kv") / "project", life, READER)


@pytest.fixture(scope="module")
def recorded(scene: Scene) -> list[Event]:
    return scene.record(scene.blank)


def test_whenever_the_power_goes_what_set_returned_from_is_there(scene: Scene, recorded: list[Event]) -> None:
    made = list(cuts(recorded, scene.blank, seeds=1))
    under_way = [cut for cut in made if _step(scene.life, cut.acknowledged).startswith("kv.set")]
    assert len(under_way) > 500
    assert [fault for fault in map(scene.fault, made) if fault] == []


def test_a_kv_that_wrote_in_place_would_be_found_out(tmp_path: Path) -> None:
    """That the test above can fail: the same life, with each value written where it belongs."""
    life = workload.kv_life(WHERE, seed=3, length=LENGTH)
    told = Life(WHERE, life.chance, [replace(step, code=_in_place(step.code)) for step in life.steps])
    scene = Scene.about(LittleFs, tmp_path / "project", told)
    assert any(scene.fault(cut) for cut in cuts(scene.record(scene.blank), scene.blank, seeds=1))


@pytest.mark.parametrize(("after_writes", "keep"), LIVE)
async def test_after_a_cut_the_kv_has_the_old_value_or_the_new_one(scene: Scene, after_writes: int, keep: Keep) -> None:
    run, acknowledged = await scene.cut(after_writes, keep)
    assert run.ended_by == "power"
    seen = await scene.read()
    done = max(acknowledged, 0)
    before = list(scene.life.trees())[done]
    assert seen in [_values(before), _values(applied(before, scene.life.steps[done].effect))]


def _step(life: Life, acknowledged: int) -> str:
    """The code of what was under way."""
    return life.steps[acknowledged].code if 0 <= acknowledged < len(life.steps) else ""


def _in_place(code: str) -> str:
    """What sets a key, as a write over its file."""
    if not code.startswith("kv.set("):
        return code
    key, _, value = code.removeprefix("kv.set(").removesuffix(")").partition(", ")
    return f'f = open("{WHERE}/{KEYS}/" + {key}, "wb"); f.write({value}); f.close()'


def _values(tree: Tree) -> Tree:
    """A digest by key, as the reader tells it."""
    return {
        path.removeprefix(f"{KEYS}/"): sha256(value).digest() for path, value in tree.items() if value is not FOLDER
    }
