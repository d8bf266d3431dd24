"""The gallery's table in docs/gallery.md: what each template costs in bytes, in memory, in time.

``make bench`` writes it anew, and so does ``python -m tests.bench.gallery`` alone; with names of templates it measures
those, and leaves the other rows.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tests.gallery.exercise import exercise
from unikernel.abi import TraceKind
from unikernel.build.image import Image, build
from unikernel.errors import UnikernelError
from unikernel.machine.run import Run
from unikernel.template import Template, templates
from unikernel.units import KIB

PAGE = Path(__file__).parents[2] / "docs/gallery.md"
BEGIN, END = "<!-- made by make bench -->", "<!-- until here -->"
HEAD = "| template | what it shows | image, KB | least memory, KiB | start to app, ms |\n|---|---|--:|--:|--:|\n"
ROUNDS = 5
GRAIN = 64 * KIB
ROW = re.compile(r"\| `(.+?)` \| .*\n")


@dataclass(frozen=True)
class Cost:
    """What one template costs; `start_ms` is from the machine's first instruction to the app's first bytecode."""

    template: Template
    image_bytes: int
    least_memory_bytes: int
    start_ms: float

    def row(self) -> str:
        """A line of the table."""
        figures = (f"{self.image_bytes / 1000:.0f}", f"{self.least_memory_bytes // KIB}", f"{self.start_ms:.1f}")
        return f"| `{self.template.name}` | {self.template.summary} | {' | '.join(figures)} |\n"


def measure(folder: Path, names: Collection[str] = ()) -> list[Cost]:
    """Builds the templates of those names in `folder`, or all, boots them in turn, and finds the least memory of each."""
    images = {}
    for template in templates():
        if names and template.name not in names:
            continue
        project = template.make(folder / template.name)
        images[template] = build(project.stack, into=project.build_folder)
    starts: dict[str, list[float]] = {template.name: [] for template in images}
    for number in range(ROUNDS):
        sys.stderr.write(f"gallery: boot {number + 1} of {ROUNDS} …\n")
        for template, image in images.items():
            starts[template.name].append(_start_ms(_boot(template, image, folder / template.name)))
    costs = []
    for template, image in images.items():
        sys.stderr.write(f"gallery: least memory of {template.name} …\n")
        least = _least_memory(template, image, folder / template.name)
        costs.append(Cost(template, image.bytes, least, min(starts[template.name])))
    return costs


def write(costs: list[Cost]) -> None:
    """Puts the table into the page, between its marks; of templates that were not measured it keeps the rows."""
    machine = f"{platform.machine()}, {os.cpu_count()} processors, QEMU's TCG"
    text = PAGE.read_text()
    rows = {match[1]: match[0] for match in ROW.finditer(text.partition(BEGIN)[2])}
    rows |= {cost.template.name: cost.row() for cost in costs}
    kept = "".join(rows[each.name] for each in templates() if each.name in rows)
    table = f"{HEAD}{kept}\nMeasured on {machine}; the time is the best of {ROUNDS}.\n"
    PAGE.write_text(re.sub(f"(?s)(?<={BEGIN}\n).*(?={END})", lambda _: table, text))


def main(names: Collection[str] = ()) -> None:
    """Measures every template, or those of the names, and writes the table."""
    with tempfile.TemporaryDirectory(prefix="gallery-") as folder:
        costs = measure(Path(folder), names)
    write(costs)
    sys.stdout.write(f"{PAGE.relative_to(PAGE.parents[1])}: the gallery's table, {len(costs)} templates\n")


def _boot(template: Template, image: Image, project: Path, memory_bytes: int | None = None) -> Run:
    """The first boot, on new disks; it is asked and answers, where it serves."""
    shutil.rmtree(project / "disks", ignore_errors=True)
    return exercise(image, project, template.boots[0], memory_bytes=memory_bytes)


def _start_ms(run: Run) -> float:
    """By the machine's own stamps."""
    assert run.records.ticks_per_second
    at = {record.name: record.ticks for record in reversed(run.records.trace) if record.kind is TraceKind.PHASE}
    return (at["app"] - at["entry"]) * 1000 / run.records.ticks_per_second


def _least_memory(template: Template, image: Image, project: Path) -> int:
    """The least, to 64 KiB, in which the first boot goes as it should; found by booting."""

    def runs(grains: int) -> bool:
        try:
            _boot(template, image, project, grains * GRAIN)
        except (UnikernelError, AssertionError, subprocess.TimeoutExpired):
            return False
        return True

    low, high = 1, image.manifest.memory_bytes // GRAIN
    while low < high:
        middle = (low + high) // 2
        if runs(middle) or runs(middle):  # a failure must not be chance
            high = middle
        else:
            low = middle + 1
    return low * GRAIN


if __name__ == "__main__":
    main(sys.argv[1:])
