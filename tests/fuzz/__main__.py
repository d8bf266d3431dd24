"""``make fuzz``: devices that lie, and networks, for ten minutes in all; ``FUZZ_SECONDS`` says otherwise.

Each target has its share of the time, and begins with the inputs that are kept in ``corpus/``. With ``--keep``, what was
found new is kept there, too, as far as it reaches what nothing else does. Names of targets as arguments fuzz those alone.
An input that breaks its target is kept in ``build/fuzz``, told at the end, and the status is 1.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import seeds
from tests.fuzz.target import FUZZER, HERE, TARGETS, Target
from unikernel.table import Column, Table

SECONDS = 600
ONE_INPUT_S = 20
INPUT_MOST_BYTES = 512
KEPT_MOST_BYTES = {"network": 64}
"""Of those targets only inputs that are as short as that are kept: the others reach little more, and there are many."""
DEFECT = "defect-"
"""Begins the name of an input that broke its target once, or would if that were a little different: kept for good."""


@dataclass(frozen=True)
class Finding:
    """What a target's share of the time brought."""

    target: Target
    executions: int
    inputs: int
    broken: Path | None


def fuzz(target: Target, seconds: int, build: Path) -> Finding:
    """Runs one target for `seconds`; it ends earlier at the first input that breaks it."""
    folder = build / target.name
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    seeds.write(target.name, folder / "corpus")
    for old in folder.glob("broken-*"):  # libFuzzer keeps slow inputs under that name, too
        old.unlink()
    target.compile(FUZZER, folder / "fuzz")
    limits = (f"-max_total_time={seconds}", f"-timeout={ONE_INPUT_S}", f"-max_len={INPUT_MOST_BYTES}")
    corpus = [str(path) for path in (folder / "corpus", target.corpus) if path.is_dir()]
    command = [str(folder / "fuzz"), *limits, f"-artifact_prefix={folder}/broken-", "-print_final_stats=1", *corpus]
    with (folder / "log").open("w") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
    text = (folder / "log").read_text(errors="replace")
    executed = re.search(r"number_of_executed_units: (\d+)", text) or re.search(r"\n#(\d+)\D[^\n]*\n(?!#)", text)
    broken = next(folder.glob("broken-*"), folder / "log") if done.returncode else None
    return Finding(target, int(executed[1]) if executed else 0, len(list((folder / "corpus").iterdir())), broken)


def keep(target: Target, build: Path) -> None:
    """Writes the target's corpus anew: a few inputs that reach what its seeds do not, and every defect that was."""
    fresh = build / target.name / "kept"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    begun = seeds.write(target.name, fresh)
    target.corpus.mkdir(parents=True, exist_ok=True)
    sources = (target.corpus, build / target.name / "corpus")
    command = [
        str(build / target.name / "fuzz"),
        "-set_cover_merge=1",
        "-use_counters=0",
        f"-max_len={KEPT_MOST_BYTES.get(target.name, INPUT_MOST_BYTES)}",
        str(fresh),
    ]
    subprocess.run([*command, *map(str, sources)], check=True, capture_output=True)
    for old in target.corpus.iterdir():
        if not old.name.startswith(DEFECT):
            old.unlink()
    for path in set(fresh.iterdir()) - set(begun):
        shutil.copyfile(path, target.corpus / path.name)


def main() -> int:
    """The status: 1 when an input broke its target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", allow_abbrev=False)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="fuzz these alone")
    parser.add_argument("--keep", action="store_true", help="keep what was found new in the corpus")
    options = parser.parse_args()
    targets = [each for each in TARGETS if each.name in options.targets or not options.targets]
    seconds = int(os.environ.get("FUZZ_SECONDS", SECONDS))
    build = HERE.parents[1] / "build/fuzz"
    found = []
    for target in targets:
        sys.stderr.write(f"fuzz: {target.name}, {seconds // len(targets)} s\n")
        found.append(fuzz(target, seconds // len(targets), build))
        if options.keep and found[-1].broken is None:
            keep(target, build)
    columns = (Column("target"), Column("executions", "right"), Column("new inputs", "right"), Column("broken by"))
    rows = tuple((each.target.name, f"{each.executions}", f"{each.inputs}", f"{each.broken or ''}") for each in found)
    sys.stdout.write(f"{Table(columns, rows).text()}\n")
    return int(any(each.broken for each in found))


if __name__ == "__main__":
    sys.exit(main())
