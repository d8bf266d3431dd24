"""Every input that was kept, and those to begin with, through its target again: what was found once stays mended."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.fuzz import seeds
from tests.fuzz.target import HERE, REPLAY, TARGETS, Target

CORPUS_MOST_BYTES = 300_000
PATIENCE_S = 120


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_input_that_was_kept_breaks_its_target(target: Target, tmp_path: Path) -> None:
    binary = tmp_path / target.name
    target.compile(REPLAY, binary)
    (tmp_path / "seeds").mkdir()
    inputs = sorted(map(str, (*target.corpus.iterdir(), *seeds.write(target.name, tmp_path / "seeds"))))
    assert inputs
    done = subprocess.run([str(binary), *inputs], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1]}\n{done.stderr}"
    assert done.stdout.splitlines() == inputs


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in (HERE / "corpus").rglob("*")) < CORPUS_MOST_BYTES
