"""``make upstream``: runs MicroPython's own tests on our machine, writes build/upstream.json.

Names of tests as arguments run those alone, and write nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.upstream import machine, skips, suite
from tests.upstream.verdict import Verdict, verdict
from unikernel.table import Column, Table

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build/upstream.json"


async def verdicts(tests: list[str]) -> list[Verdict]:
    """Runs the tests, as many at a time as there are processors, and at last those that measure time, one by one.

    Tells each fault when it is found.
    """
    places = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(test: str) -> Verdict:
        async with places:
            found = await verdict(test)
        if found.fault:
            sys.stderr.write(f"{test}: {found.fault}\n")
        return found

    timed = [test for test in tests if suite.timed(test)]
    found = await asyncio.gather(*(one(test) for test in tests if test not in timed))
    return sorted([*found, *[await one(test) for test in timed]], key=lambda each: each.test)


def commit() -> str:
    """The commit that was tested; marked, so that it names nothing, where the kernel's sources differ from it."""
    git = ("git", "-C", str(ROOT))
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain", "kernel_src"], check=True, capture_output=True).stdout
    return f"{head}-changed" if changed else head


def summary(found: list[Verdict]) -> Table:
    """A row a folder."""

    def row(name: str, among: list[Verdict]) -> tuple[str, ...]:
        counts = (sum(each.passed for each in among), sum(bool(each.fault) for each in among))
        return (name, *(f"{count}" for count in (*counts, sum(bool(each.skipped) for each in among))))

    folders = dict.fromkeys(each.test.partition("/")[0] for each in found)
    rows = [row(name, [each for each in found if each.test.startswith(f"{name}/")]) for name in folders]
    columns = (Column("folder"), *(Column(head, "right") for head in ("passed", "failed", "skipped")))
    return Table(columns, (*rows, row("all", found)))


def write(found: list[Verdict]) -> None:
    """Keeps the result in build/upstream.json."""
    data = {
        "commit": commit(),
        "passed": sum(each.passed for each in found),
        "failed": [{"test": each.test, "fault": each.fault} for each in found if each.fault],
        "skipped": [{"test": each.test, "reason": each.skipped} for each in found if each.skipped],
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(data, indent=1) + "\n")


def main(names: list[str]) -> int:
    """Runs all or the named tests; 1 when one fails, or a row of skips.toml matches nothing."""
    every = [test for folder in suite.FOLDERS for test in suite.tests(folder)]
    machine.image()
    with tempfile.TemporaryDirectory(prefix="upstream-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # the user's own list of machines is not for these
        found = asyncio.run(verdicts(names or every))
    idle = skips.idle(every)
    for row in idle:
        sys.stderr.write(f"{skips.TABLE.relative_to(ROOT)}: {row} is no test; remove the row\n")
    sys.stdout.write(f"{summary(found).text()}\n")
    if not names:
        write(found)
    return 1 if idle or any(each.fault for each in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
