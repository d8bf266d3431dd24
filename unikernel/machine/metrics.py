"""What the host sees of a running machine, beside what the machine says of itself: a value."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from unikernel.table import Card, Column, Shown, Table
from unikernel.units import duration, memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LINE_BYTES: Final = 65536
"""A line of the device Metrics that is longer was not written by it."""
_BEGINS: Final = b'{"uptime_s": '
_MOST: Final = (1 << 64) - 1
_POOL: Final = {"size", "used", "high", "failed"}
_HEAP: Final = ("used", "high", "bytes", "collections")
_DEPTH: Final = {"size", "in_flight", "high"}


@dataclass(frozen=True)
class DriveCounts:
    """What the VMM carried out for a disk: how often, bytes, and how often it failed."""

    reads: int = 0
    writes: int = 0
    flushes: int = 0
    read_bytes: int = 0
    written_bytes: int = 0
    errors: int = 0


@dataclass(frozen=True)
class QueueDepth:
    """A virtqueue: how many descriptors it has, the requests in flight, and the most there were at a look."""

    size: int
    in_flight: int
    high: int

    def __str__(self) -> str:
        """As a cell says it."""
        return f"{self.in_flight} of {self.size}, at most {self.high}"


@dataclass(frozen=True)
class HostView:
    """What the host sees: the VMM's processor time and resident memory, and the disks and virtqueues of each device by
    its name.
    """

    processor_s: float
    resident_bytes: int
    drives: Mapping[str, DriveCounts]
    queues: Mapping[str, tuple[QueueDepth, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pid: int, drives: Mapping[str, DriveCounts], queues: Mapping[str, tuple[QueueDepth, ...]]) -> HostView:
        """Of a VMM's process; 0: there is none. proc(5): fields 14 and 15 of stat, field 2 of statm."""
        if pid == 0:
            return cls(0.0, 0, drives, queues)
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        ticks = int(fields[11]) + int(fields[12])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"), drives, queues)

    def json(self) -> bytes:
        """For another process."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, data: bytes) -> HostView:
        """What `json` wrote."""
        fields = json.loads(data)
        drives = {name: DriveCounts(**counts) for name, counts in fields.pop("drives").items()}
        return cls(drives=drives, queues=_depths(fields.pop("queues", {})), **fields)


@dataclass(frozen=True)
class MachineMetrics(Shown):
    """Both views of a machine; `said` is the last line that its device Metrics wrote, or empty."""

    name: str
    host: HostView
    said: Mapping[str, Any]

    def table(self) -> Table:
        """A row a figure; the machine's is empty where it said nothing."""
        heap, counted = self.said.get("heap", {}), self.said.get("devices", {})
        rows = [("processor", duration(self.host.processor_s), "")]
        if self.said:
            rows.append(("uptime", "", duration(self.said["uptime_s"])))
        used = f"{memory(heap['used'])} of {memory(heap['bytes'])}, at most {memory(heap['high'])}" if heap else ""
        rows.append(("memory", memory(self.host.resident_bytes), used))
        for name in dict.fromkeys((*self.host.drives, *counted)):
            drive, own = self.host.drives.get(name), counted.get(name, {})
            seen = asdict(drive) if drive else {}
            for each in asdict(DriveCounts()):
                if seen.get(each) or own.get(each):
                    host = str(seen[each]) if drive else ""
                    rows.append((f"{name}: {each.replace('_', ' ')}", host, str(own.get(each, 0)) if self.said else ""))
        rows += self._queue_rows()
        rows += self._network_rows()
        right = [Column("the host sees", "right"), Column("the machine says", "right")]
        return Table((Column(""), *right), tuple(rows))

    def _queue_rows(self) -> list[tuple[str, str, str]]:
        """One a queue, numbered as VIRTIO does."""
        seen, own = self.host.queues, _depths(self.said.get("queues", {}))
        return [
            (f"{name}: queue {number}", str(host or ""), str(machine or ""))
            for name in dict.fromkeys((*seen, *own))
            for number, (host, machine) in enumerate(zip_longest(seen.get(name, ()), own.get(name, ())))
        ]

    def _network_rows(self) -> list[tuple[str, str, str]]:
        """What the machine's network counted and holds, where that is not 0; the host sees none of it."""
        counts, pools = self.said.get("network", {}), self.said.get("pools", {})
        rows = [(f"network: {name.replace('_', ' ')}", "", str(count)) for name, count in counts.items() if count]
        for name, pool in pools.items():
            if pool["high"]:
                failed = f", {pool['failed']} failed" if pool["failed"] else ""
                row = f"{pool['used']} of {pool['size']}, at most {pool['high']}{failed}"
                rows.append((f"network: {name.replace('_', ' ')}", "", row))
        return rows

    def card(self) -> Card:
        """How it shows itself."""
        foot = "" if self.said else "The machine says nothing: give its stack Metrics(every_s=1)."
        return Card(self.name, tables=(self.table(),), foot=foot)


def _depths(queues: Mapping[str, Any]) -> Mapping[str, tuple[QueueDepth, ...]]:
    """Out of JSON."""
    return {name: tuple(QueueDepth(**each) for each in depths) for name, depths in queues.items()}


def last_said(texts: Iterable[bytes]) -> Mapping[str, Any]:
    """The latest whole line of the device Metrics in the first of the texts that has one; else nothing.

    The machine is not trusted: what is not as the device writes it is passed over.
    """
    for text in texts:
        for line in reversed(text.splitlines(keepends=True)):
            if line.startswith(_BEGINS) and line.endswith(b"\n") and len(line) <= LINE_BYTES:
                try:
                    found = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if _is_as_written(found):
                    return dict(found)
    return {}


def _is_as_written(found: Any) -> bool:
    uptime, heap, devices = found.get("uptime_s"), found.get("heap"), found.get("devices")
    if not (isinstance(uptime, float) and 0 <= uptime < float("inf")) or not isinstance(heap, dict):
        return False
    counts = [{name: heap.get(name) for name in _HEAP}, *(devices.values() if isinstance(devices, dict) else [None])]
    sound = all(isinstance(each, dict) and all(map(_is_count, each.values())) for each in counts)
    return sound and _are_depths(found.get("queues", {})) and _is_network(found)


def _is_network(found: Mapping[str, Any]) -> bool:
    """Of a machine without one there is nothing said."""
    counts, pools = found.get("network", {}), found.get("pools", {})
    if not isinstance(counts, dict) or not isinstance(pools, dict):
        return False
    whole = all(isinstance(each, dict) and each.keys() == _POOL for each in pools.values())
    return whole and all(map(_is_count, (*counts.values(), *(n for each in pools.values() for n in each.values()))))


def _are_depths(queues: Any) -> bool:
    depths = queues.values() if isinstance(queues, dict) else [None]
    return all(isinstance(each, list) and all(map(_is_depth, each)) for each in depths)


def _is_depth(depth: object) -> bool:
    return isinstance(depth, dict) and depth.keys() == _DEPTH and all(map(_is_count, depth.values()))


def _is_count(number: object) -> bool:
    return type(number) is int and 0 <= number <= _MOST
