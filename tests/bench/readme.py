"""The web service's table in README.md: our figures beside Linux's, as the bench has just measured them.

``make bench`` writes it; ``python -m tests.bench.readme`` writes it again from build/bench.json. What was not measured is
not in it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from unikernel.units import MIB

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "README.md"
RESULT = ROOT / "build/bench.json"
BEGIN, END = "<!-- the web service's figures, made by make bench -->", "<!-- until here -->"
HEAD = "| | unikernel | Linux 6.12 | |\n|---|--:|--:|--:|\n"
NOTHING = "`make bench` measures them, and writes them here.\n"
P99 = "p99"
LINES = (
    ("requests a second, one client after the other", "web_rps_1", "requests/s"),
    ("16 clients at once", "web_rps_16", "requests/s"),
    ("99 of their 100 answers come within, ms", "web_rps_16", P99),
    ("100 clients at once", "web_rps_100", "requests/s"),
    ("99 of their 100 answers come within, ms", "web_rps_100", P99),
    ("asyncio alone, 16 connections that are kept", "stream_rps_16", "requests/s"),
    ("32 bytes there and back over TCP, µs", "tcp_rtt", "µs"),
    ("handshakes of TLS 1.3 a second", "tls_handshakes", "handshakes/s"),
)
"""What a line says, whose figure it is, and the unit behind its two medians in the bench's words, or `P99` before them."""
NUMBER = r"([\d.]+(?:e[+-]?\d+)?)"

Rows = Mapping[str, Mapping[str, Any]]
"""Of build/bench.json, by name."""


def lines(rows: Rows) -> list[str]:
    """Those lines of the table whose figures are among `rows`."""
    made = []
    for label, name, unit in LINES:
        if name not in rows:
            continue
        pattern = f"{P99} {NUMBER} and {NUMBER} ms" if unit == P99 else f"{NUMBER} and {NUMBER} {re.escape(unit)}"
        if found := re.search(pattern, rows[name]["baseline"]):
            ours, theirs = map(float, found.groups())
            # A ratio is of each round; that of two medians may differ a little.
            ratio = ours / theirs if unit == P99 else rows[name]["value"]
            made.append(f"| {label} | {figure(ours)} | {figure(theirs)} | {figure(ratio)} × |\n")
    return made


def sentences(rows: Rows) -> list[str]:
    """What one can say of our service, and of Linux's where it was measured."""
    made = []
    if "web_bytes" in rows and "web_memory" in rows:
        size, memory = rows["web_bytes"]["value"], rows["web_memory"]["value"]
        made.append(f"The image has {size / 1000:.0f} KB, and serves 16 clients at once in {memory / MIB:.1f} MiB.\n")
    if "first_answer" in rows and "linux_first_answer" in rows:
        ours, theirs = (figure(rows[name]["value"]) for name in ("first_answer", "linux_first_answer"))
        made.append(
            "From QEMU's start to the first answer it takes the time of a guest that does nothing "
            f"{ours} times, Linux {theirs} times.\n"
        )
    return made


def figure(value: float) -> str:
    """With three digits that matter."""
    if value >= 100:
        return f"{value:,.0f}".replace(",", "\N{THIN SPACE}")
    return f"{value:#.3g}".rstrip(".")


def write(rows: Iterable[Mapping[str, Any]], machine: str) -> None:
    """Puts the table into the page, between its marks."""
    by_name = {each["name"]: each for each in rows}
    table, said = lines(by_name), sentences(by_name)
    foot = (
        "\nThe same app, the same MicroPython 1.25 and the same client, in turn, both on QEMU's q35 with TCG and a user "
        f"network; {machine}.\n"
    )
    text = (HEAD + "".join(table) + foot if table else "") + "".join(said)
    page = PAGE.read_text()
    PAGE.write_text(re.sub(f"(?s)(?<={BEGIN}\n).*?(?={END})", lambda _: text or NOTHING, page, count=1))


def main() -> None:
    """Writes it of what was measured last."""
    found = json.loads(RESULT.read_text())
    write(found["rows"], found["machine"])
    sys.stdout.write("README.md: the web service's figures\n")


if __name__ == "__main__":
    main()
