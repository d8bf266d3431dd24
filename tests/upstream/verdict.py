"""What is made of a run: passed, skipped for a reason that was written down before, or failed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from difflib import unified_diff

from tests.upstream import expected, machine, multi, skips, suite
from tests.upstream.expected import Expected
from tests.upstream.machine import Outcome

SHOWN_LINES = 20
TRIES = 3
"""How often a test that measures time is run until it passes: another process may have had the processor."""

UNSAID = "it says that it does not apply, and skips.toml does not say why"
STALE = "it passes, and skips.toml says that it does not apply; remove the row"


@dataclass(frozen=True)
class Verdict:
    """`fault` is empty where the test passed; `skipped` is the reason where it does not apply."""

    test: str
    fault: str = ""
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """Whether the test ran and did what it should."""
        return not (self.fault or self.skipped)


async def verdict(test: str) -> Verdict:
    """Runs `test`. One that the table skips is run too: a reason that no longer holds is a fault."""
    found = await _verdict(test)
    for _ in range(TRIES - 1 if suite.timed(test) else 0):
        if not found.fault:
            break
        found = await _verdict(test)
    return found


async def _verdict(test: str) -> Verdict:
    why = skips.reason(test)
    several = test.startswith(f"{multi.FOLDER}/")
    outcome = await (multi.run(test) if several else machine.run(test))
    if outcome.skips:
        return Verdict(test, skipped=why) if why else Verdict(test, fault=UNSAID)
    try:
        wanted = await asyncio.to_thread(expected.of, test)
    except AssertionError as error:
        fault = str(error)
    else:
        fault = fault_of(outcome, wanted)
    if why:
        return Verdict(test, skipped=why) if fault else Verdict(test, fault=STALE)
    return Verdict(test, fault=fault)


def fault_of(outcome: Outcome, wanted: Expected) -> str:
    """What is wrong with an outcome, with the lines that differ; nothing where it is as expected."""
    if not outcome.fault and wanted.accepts(outcome.output):
        return ""
    before, after = (text.decode("utf-8", "replace").splitlines() for text in (wanted.text, outcome.output))
    shown = list(unified_diff(before, after, "expected", "printed", n=1, lineterm=""))
    return "\n".join([outcome.fault or "it prints something else", *shown[:SHOWN_LINES]])
