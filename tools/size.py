"""``make size``: who owns a project's bytes today, before, and what moved; the last time's stand in build/size.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from unikernel.build.image import build
from unikernel.measure.footprint import footprint
from unikernel.project import Project
from unikernel.table import Column, Table

RESULT = Path("build/size.json")


def main(folder: str) -> int:
    """Builds the project in `folder`, prints a row a component, and keeps the figures."""
    project = Project.load(folder)
    found = footprint(build(project.stack, into=project.build_folder))
    today = {each.name: each.bytes for each in found.components}
    before: dict[str, int] = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    rows = [
        (name, f"{today.get(name, 0)}", f"{before.get(name, 0)}", f"{today.get(name, 0) - before.get(name, 0):+d}")
        for name in sorted({*today, *before}, key=lambda name: -today.get(name, 0))
    ]
    total = sum(today.values())
    rows.append(("all", f"{total}", f"{sum(before.values())}", f"{total - sum(before.values()):+d}"))
    columns = (Column("component"), *(Column(head, "right") for head in ("bytes", "before", "change")))
    sys.stdout.write(f"{Table(columns, tuple(rows)).text()}\n")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(today, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
