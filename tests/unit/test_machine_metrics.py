"""What is read of a machine's own words, and how both views show themselves."""

from __future__ import annotations

import pytest

from unikernel.machine.metrics import DriveCounts, HostView, MachineMetrics, QueueDepth, last_said

HEAP = '{"bytes": 2048, "used": 1024, "free": 1024, "high": 1536, "collections": 2}'
DEPTH = '{"size": 4, "in_flight": 0, "high": 1}'
POOL = '{"size": 8, "used": 1, "high": 2, "failed": 3}'
NETWORK = f'"network": {{"packets_in": 5, "dropped": 0}}, "pools": {{"frames": {POOL}}}'
DEVICES = f'"devices": {{"data": {{"reads": 3}}}}, "queues": {{"data": [{DEPTH}]}}, {NETWORK}'
LINE = f'{{"uptime_s": 12.5, "heap": {HEAP}, {DEVICES}}}\r\n'.encode()
QUEUES = {"data": (QueueDepth(4, 1, 1), QueueDepth(2, 0, 0))}
HOST = HostView(0.25, 3 << 20, {"data": DriveCounts(reads=4, read_bytes=512)}, QUEUES)


def test_the_latest_whole_line_counts() -> None:
    older = LINE.replace(b"12.5", b"11.5")
    said = last_said([b"", older + b"words\r\n" + LINE + b"more\r\n" + LINE[:-9]])
    assert (said["uptime_s"], said["devices"]) == (12.5, {"data": {"reads": 3}})


@pytest.mark.parametrize(
    "nonsense",
    [
        b'{"uptime_s": \r\n',
        b'{"uptime_s": 1.0}\r\n',
        b'{"uptime_s": ' + b"[" * 50000 + b"\r\n",
        LINE.replace(b"12.5", b"1e999"),
        LINE.replace(b"12.5", b'"12"'),
        LINE.replace(b"1024", b"null"),
        LINE.replace(b"1536", b"9" * 4000),
        LINE.replace(b"1536", b"-1"),
        LINE.replace(b'{"reads": 3}', b"7"),
        LINE.replace(b'{"reads": 3}', b'{"reads": "3"}'),
        LINE.replace(DEPTH.encode(), b"7"),
        LINE.replace(b'"in_flight": 0, ', b""),
        LINE.replace(b'"in_flight": 0', b'"in_flight": -1'),
        LINE.replace(f"[{DEPTH}]".encode(), DEPTH.encode()),
        LINE.replace(b'"high": 1}', b'"high": 1, "more": 1}'),
        LINE.replace(b'"packets_in": 5', b'"packets_in": -5'),
        LINE.replace(POOL.encode(), b"[]"),
        LINE.replace(b'"failed": 3', b'"failed": 3, "more": 1'),
        LINE.replace(b'"failed": 3', b'"failed": 1.5'),
        LINE.replace(b"12.5", b"1" * 70000 + b".5"),
    ],
)
def test_what_the_device_does_not_write_is_passed_over(nonsense: bytes) -> None:
    assert last_said([nonsense]) == {}
    assert last_said([LINE + nonsense])["uptime_s"] == 12.5


def test_it_shows_both_views() -> None:
    lines = [line.split("  ") for line in str(MachineMetrics("hello", HOST, last_said([LINE]))).splitlines()]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert rows == [
        ["hello"],
        ["the host sees", "the machine says"],
        ["processor", "250 ms"],
        ["uptime", "12.5 s"],
        ["memory", "3 MiB", "1 KiB of 2 KiB, at most 1.5 KiB"],
        ["data: reads", "4", "3"],
        ["data: read bytes", "512", "0"],
        ["data: queue 0", "1 of 4, at most 1", "0 of 4, at most 1"],
        ["data: queue 1", "0 of 2, at most 0"],
        ["network: packets in", "5"],
        ["network: frames", "1 of 8, at most 2, 3 failed"],
    ]


def test_a_machine_that_says_nothing_is_told_how() -> None:
    text = str(MachineMetrics("hello", HOST, {}))
    assert text.endswith("The machine says nothing: give its stack Metrics(every_s=1).")
    assert "uptime" not in text


def test_the_hosts_view_goes_to_another_process_and_back() -> None:
    assert HostView.read(HOST.json()) == HOST
