"""What a machine counts of itself."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Clock
from unikernel.interfaces import Metrics as MetricsInterface


@dataclass(frozen=True, kw_only=True)
class Metrics(Device, MetricsInterface):
    """Uptime, memory, what went through each disk, console, nic and source of randomness, and how deep queues are.

    ``unikernel.device("metrics").read()`` gives a dict: ``uptime_s``; ``heap`` with bytes in all, ``used``, ``free``,
    ``high`` (the most that was used) and ``collections``; ``devices``, by name: ``reads``, ``writes``, ``flushes``,
    ``discards``, ``read_bytes``, ``written_bytes``, ``errors``, those that are not 0; and ``queues``, by name of the
    device a list of its virtqueues, as VIRTIO 1.2 numbers them: ``size``, ``in_flight``, the requests that the device
    has, and ``high``, the most it ever had. With an Ip device also ``network``, what all of them counted, and ``pools``,
    by name: ``size``, ``used``, ``high``, ``failed``. With `every_s` the same is written as a line of JSON, where the
    app sleeps or waits. `Machine.metrics` shows the last one beside what the host sees; the module ``prometheus`` makes
    a text of it that Prometheus reads. Counting what goes through costs an image without it nothing.
    """

    kind: ClassVar[str] = "runtime"
    source: ClassVar[str] = "micropython/metrics.c"
    hardware: ClassVar[str] = "the count of all devices"

    clock: Clock | None = None
    every_s: int = parameter(0, "how often a line is written; 0: never", unit="s", least=0, most=86400)
    channel: str = parameter("", "the channel that lines go to; empty: the console")
