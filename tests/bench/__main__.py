"""``make bench``: measures every figure, prints it beside its goal and the last time's, writes build/bench.json."""

from __future__ import annotations

import argparse
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

from tests.bench import booting, browser, building, consoles, gallery, native, network, perf, readme, storage
from tests.bench.goals import GOALS
from tests.bench.linux import LinuxGuest
from tests.bench.linux import boot as linux_boot
from tests.bench.linux.packages import WITHOUT
from unikernel.errors import UnikernelError
from unikernel.table import Column, Table

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build/bench.json"


def measured(scratch: Path, linux: LinuxGuest | None, notes: dict[str, str]) -> dict[str, float]:
    """Every figure by name; without `linux` its own are left out. `notes` gets what a figure has to say in words."""
    hello = booting.hello()
    steps = {
        "boot_ratio": lambda: booting.boot_ratio(hello),
        "guest_ratio": lambda: booting.guest_ratio(hello),
        "image_bytes": lambda: building.image_bytes(scratch),
        "least_memory_bytes": lambda: booting.least_memory_bytes(hello),
        "rebuild_app_s": lambda: building.rebuild_app_s(scratch),
        "rebuild_driver_s": lambda: building.rebuild_driver_s(scratch),
        "cold_build_s": lambda: building.cold_build_s(scratch),
        "relink_s": lambda: building.relink_s(scratch),
        "storage_bytes": lambda: building.storage_bytes(scratch),
        "idle_cpu": booting.idle_cpu,
    }
    found: dict[str, float] = {}
    for name, step in steps.items():
        sys.stderr.write(f"{name} …\n")
        found[name] = step()
    sys.stderr.write("vcon_bytes_per_s, uart_bytes_per_s …\n")
    found["vcon_bytes_per_s"], found["uart_bytes_per_s"] = consoles.measure(scratch)
    sys.stderr.write("perf_bench_native …\n")
    found["perf_bench_native"], notes["perf_bench_native"] = native.set_gain()
    sys.stderr.write("native_loop, viper_loop …\n")
    found["native_loop"], found["viper_loop"] = native.gains()
    if linux is not None:
        sys.stderr.write("linux_boot_ratio, linux_memory_bytes …\n")
        series = linux_boot.boots(hello, linux)
        found["linux_boot_ratio"], found["boot_beside_linux_ratio"] = series.ratio, series.our_ratio
        found["linux_memory_bytes"] = linux_boot.memory_bytes(linux)
        found |= beside_linux(scratch, linux)
    figures = network.measure(scratch, linux)
    found |= figures.found
    notes |= figures.notes
    sys.stderr.write("console_bytes_per_s, cell_to_line_s …\n")
    folder = scratch / "lab"
    folder.mkdir()
    found["console_bytes_per_s"], found["cell_to_line_s"] = browser.measure(folder)
    return found


def beside_linux(scratch: Path, linux: LinuxGuest) -> dict[str, float]:
    """Disks and the runtime's own speed, in multiples of Linux's."""
    sys.stderr.write("blk_4k, blk_1m …\n")
    threads = storage.measure(scratch, linux, "x86_64-q35", "threads")
    ring = storage.measure(scratch, linux, "x86_64-q35", "io_uring")
    microvm = storage.measure(scratch, linux, "x86_64-microvm", "threads")
    sys.stderr.write("perf_bench …\n")
    return {
        "blk_4k": min(threads.ratio("read 4k"), threads.ratio("write 4k")),
        "blk_4k_read_uring": ring.ratio("read 4k"),
        "blk_4k_write_uring": ring.ratio("write 4k"),
        "blk_1m": min(threads.ratio("read 1m"), threads.ratio("write 1m")),
        "blk_4k_microvm": min(microvm.ratio("read 4k"), microvm.ratio("write 4k")),
        "perf_bench": perf.measure(linux).ratio,
    }


def row(name: str, value: float, note: str = "") -> dict[str, Any]:
    """A figure as build/bench.json keeps it; `holds` means the must."""
    goal = GOALS[name]
    rounded = round(value, 4)
    return {
        "name": name,
        "value": rounded,
        "unit": goal.unit,
        "baseline": "; ".join(filter(None, (goal.baseline, note))),
        "ratio": rounded if goal.unit.startswith("×") else None,
        "must": goal.must,
        "goal": goal.goal,
        "holds": goal.holds(value),
    }


def main() -> int:
    """Measures, prints, writes; 1 when a must is missed, 2 when the Linux guest cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure every figure that has a goal.", allow_abbrev=False
    )
    parser.add_argument(WITHOUT, action="store_true", help="leave out the guest that needs Debian's packages")
    options = parser.parse_args()
    try:
        # Before all that takes minutes.
        linux = None if options.without_linux else LinuxGuest()
    except UnikernelError as error:
        sys.stderr.write(f"bench: {error}\n")
        return error.exit_status
    before = {each["name"]: each["value"] for each in json.loads(RESULT.read_text())["rows"]} if RESULT.exists() else {}
    notes: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found = measured(Path(folder), linux, notes)
    rows = [row(name, found[name], notes.get(name, "")) for name in GOALS if name in found]
    commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True, cwd=ROOT)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Linux {platform.release().split('-')[0]}"
    data = {
        "commit": commit.stdout.strip(),
        "date": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "linux": f"{linux.packages}" if linux else None,
        "rows": rows,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(data, indent=1) + "\n")
    if linux:
        readme.write(rows, machine)
    columns = (Column("figure"), *(Column(head, "right") for head in ("today", "before", "must", "goal")), Column(""))
    table = Table(
        columns,
        tuple(
            (
                f"{each['name']}, {each['unit']}",
                f"{each['value']:g}",
                f"{before[each['name']]:g}" if each["name"] in before else "",
                *("" if each[bound] is None else f"{each[bound]:g}" for bound in ("must", "goal")),
                "; ".join(filter(None, ("" if each["holds"] else "missed", notes.get(each["name"], "")))),
            )
            for each in rows
        ),
    )
    sys.stdout.write(f"{table.text()}\n")
    if linux:
        sys.stdout.write(f"linux: {linux.packages}\n")
    gallery.main()  # last, as the figures stand then whatever a template does
    return 0 if all(each["holds"] for each in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
