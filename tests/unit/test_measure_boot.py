"""Boot timelines: spans without gaps, and no timeline from stamps that make no sense."""

from dataclasses import replace

import pytest

from unikernel.abi import Records, TraceKind, TraceRecord
from unikernel.machine.run import HostTimes, Run
from unikernel.machine.transcript import Transcript
from unikernel.measure.boot import boot_timeline

PHASES = (("entry", 1), ("core", 2), ("python", 4), ("app", 6), ("line", 7), ("end", 8))


def run(*stamps: tuple[str, int], running_ms: int | None = 20, rate: int = 1000) -> Run:
    """A run whose machine counts milliseconds."""
    trace = tuple(TraceRecord(ticks, TraceKind.PHASE, name) for name, ticks in stamps)
    trace += (TraceRecord(3, TraceKind.DEVICE_UP, "uart"), TraceRecord(6, TraceKind.MARK, "ready"))
    running = None if running_ms is None else running_ms * 10**6
    return Run(
        name="r",
        status=0,
        ended_by="machine",
        reason="",
        transcript=Transcript(0, b"", ()),
        command=(),
        records=Records(valid=True, trace=trace, ticks_per_second=rate),
        host=HostTimes(0, running, 27 * 10**6, 30 * 10**6),
        versions={},
    )


def test_spans_have_no_gaps_and_end_at_the_first_line() -> None:
    timeline = boot_timeline(run(*PHASES))
    assert timeline is not None
    assert [(span.name, span.start_ms, span.end_ms) for span in timeline.spans] == [
        ("qemu", 0, 20),
        ("machine", 20, 21),
        ("entry", 21, 22),
        ("devices", 22, 24),
        ("python", 24, 26),
        ("app", 26, 27),
    ]
    assert (timeline.total_ms, timeline.guest_ms) == (27, 6)
    assert [(mark.name, mark.ms) for mark in timeline.marks] == [("uart", 23), ("ready", 26)]


@pytest.mark.parametrize(
    "broken",
    [
        run(*PHASES[1:]),
        run(*PHASES, running_ms=None),
        run(*PHASES, rate=0),
        run(("entry", 5), *PHASES[1:]),
    ],
    ids=["a phase is missing", "no first byte", "no rate", "time runs back"],
)
def test_stamps_that_make_no_sense_give_no_timeline(broken: Run) -> None:
    assert boot_timeline(broken) is None


def test_of_a_phase_stamped_twice_the_first_counts() -> None:
    timeline = boot_timeline(replace(run(*PHASES, ("line", 99))))
    assert timeline is not None
    assert timeline.total_ms == 27
