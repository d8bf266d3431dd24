"""``make bench``: measures every figure, prints it beside its goal and the last time's, writes build/bench.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import booting, browser, building
from tests.bench.goals import GOALS
from unikernel.table import Column, Table

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build/bench.json"


def measured(scratch: Path) -> dict[str, float]:
    """Every figure by name."""
    hello = booting.hello()
    steps = {
        "boot_ratio": lambda: booting.boot_ratio(hello),
        "guest_ratio": lambda: booting.guest_ratio(hello),
        "image_bytes": lambda: building.image_bytes(scratch),
        "least_memory_bytes": lambda: booting.least_memory_bytes(hello),
        "rebuild_app_s": lambda: building.rebuild_app_s(scratch),
        "rebuild_driver_s": lambda: building.rebuild_driver_s(scratch),
        "cold_build_s": lambda: building.cold_build_s(scratch),
        "idle_cpu": booting.idle_cpu,
    }
    found = {}
    for name, step in steps.items():
        sys.stderr.write(f"{name} …\n")
        found[name] = step()
    sys.stderr.write("console_bytes_per_s, cell_to_line_s …\n")
    folder = scratch / "lab"
    folder.mkdir()
    found["console_bytes_per_s"], found["cell_to_line_s"] = browser.measure(folder)
    return found


def row(name: str, value: float) -> dict[str, Any]:
    """A figure as build/bench.json keeps it; `holds` means the must."""
    goal = GOALS[name]
    rounded = round(value, 4)
    return {
        "name": name,
        "value": rounded,
        "unit": goal.unit,
        "baseline": goal.baseline,
        "ratio": rounded if goal.unit == "× floor" else None,
        "must": goal.must,
        "goal": goal.goal,
        "holds": goal.holds(value),
    }


def main() -> int:
    """Measures, prints, writes; 1 when a must is missed."""
    before = {each["name"]: each["value"] for each in json.loads(RESULT.read_text())["rows"]} if RESULT.exists() else {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found = measured(Path(folder))
    rows = [row(name, found[name]) for name in GOALS]
    commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True, cwd=ROOT)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release().split('-')[0]}"
    data = {
        "commit": commit.stdout.strip(),
        "date": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rows": rows,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(data, indent=1) + "\n")
    columns = (Column("figure"), *(Column(head, "right") for head in ("today", "before", "must", "goal")), Column(""))
    table = Table(
        columns,
        tuple(
            (
                f"{each['name']}, {each['unit']}",
                f"{each['value']:g}",
                f"{before[each['name']]:g}" if each["name"] in before else "",
                f"{each['must']:g}",
                f"{each['goal']:g}",
                "" if each["holds"] else "missed",
            )
            for each in rows
        ),
    )
    sys.stdout.write(f"{table.text()}\n")
    return 0 if all(each["holds"] for each in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
