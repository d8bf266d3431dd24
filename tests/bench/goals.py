"""What must be reached and what is aimed at: one place for all figures."""

from __future__ import annotations

from dataclasses import dataclass

from unikernel.units import MIB


@dataclass(frozen=True)
class Goal:
    """A figure's bound. `must` holds or fails the figure, `goal` is what is aimed at; `most` says on which side they lie.

    A figure without a must is there to compare with, and always holds.
    """

    unit: str
    must: float | None = None
    goal: float | None = None
    most: bool = True
    baseline: str = ""

    def holds(self, value: float) -> bool:
        """Whether the must is met, if there is one."""
        if self.must is None:
            return True
        return value <= self.must if self.most else value >= self.must


MICROVM = dict.fromkeys(("web_rps_1", "web_rps_16", "web_rps_100", "stream_rps_16", "tcp_in", "tcp_out"), False)
MICROVM |= dict.fromkeys(("tcp_rtt", "udp_rtt"), True)
"""What is measured on microvm, too, and whether less is better."""

GOALS = {
    "boot_ratio": Goal("× floor", 1.20, 1.15, baseline="a guest that does nothing, same command, interleaved"),
    "guest_ratio": Goal("× floor", 0.20, 0.20, baseline="a guest that does nothing, interleaved"),
    "image_bytes": Goal("bytes", 348_160, 348_160),
    "least_memory_bytes": Goal("bytes", 2 * MIB, 2 * MIB),
    "rebuild_app_s": Goal("s", 0.4, 0.4, baseline="the whole command"),
    "rebuild_driver_s": Goal("s", 0.25, 0.25, baseline="the build itself"),
    "cold_build_s": Goal("s", 30, 30, baseline="from fetched sources, an empty cache"),
    "console_bytes_per_s": Goal("bytes/s", 500_000, 500_000, most=False, baseline="machine to browser, none lost"),
    "cell_to_line_s": Goal("s", 0.5, 0.5, baseline="Shift+Enter to the first line in the browser"),
    "idle_cpu": Goal("%", 0.3, 0.3, baseline="of one host processor, over 30 s"),
    "vcon_bytes_per_s": Goal("bytes/s", 4_000_000, 4_000_000, most=False, baseline="guest Python to the host's reader"),
    "uart_bytes_per_s": Goal("bytes/s", most=False, baseline="the same by the serial port, in turn"),
    "relink_s": Goal("s", 0.4, 0.4, baseline="a device added or removed, the whole command"),
    "storage_bytes": Goal("bytes", 400_000, 400_000),
    "blk_4k": Goal("× Linux", 1.4, 1.4, most=False, baseline="slower of read and write, threads, both on q35"),
    "blk_4k_read_uring": Goal("× Linux", 3.0, 3.0, most=False, baseline="io_uring, both on q35"),
    "blk_4k_write_uring": Goal("× Linux", 1.8, 1.8, most=False, baseline="io_uring, both on q35"),
    "blk_1m": Goal("× Linux", 1.3, 1.3, most=False, baseline="slower of read and write, threads, both on q35"),
    "blk_4k_microvm": Goal("× Linux", most=False, baseline="ours on microvm, Linux on q35, threads"),
    "perf_bench": Goal("× Linux", 1.0, 1.0, most=False, baseline="geometric mean, both on q35"),
    "perf_bench_native": Goal("× bytecode", most=False, baseline="MicroPython's own, native, geometric mean"),
    "native_loop": Goal("× bytecode", most=False, baseline="an integer loop, native"),
    "viper_loop": Goal("× bytecode", 10, 10, most=False, baseline="an integer loop, viper"),
    "web_rps_1": Goal("× Linux", 1.5, 1.5, most=False, baseline="Microdot, one connection after the other"),
    "web_rps_16": Goal("× Linux", 1.7, 1.7, most=False, baseline="Microdot, 16 connections at once"),
    "web_rps_100": Goal("× Linux", 1.5, 1.5, most=False, baseline="Microdot, 100 connections at once"),
    "web_rps_16_tap": Goal("× Linux", most=False, baseline="the same on a tap interface in a namespace, both on q35"),
    "web_native": Goal("× bytecode", most=False, baseline="Microdot as native code, 16 connections at once"),
    "stream_rps_16": Goal("× Linux", 1.5, 1.5, most=False, baseline="asyncio, 16 connections that are kept"),
    "stream_p99_16": Goal("× Linux", 0.5, 0.5, baseline="the same, what one answer in a hundred is slower than"),
    "tcp_rtt": Goal("× Linux", 0.5, 0.5, baseline="32 bytes there and back"),
    "udp_rtt": Goal("× Linux", 0.5, 0.5, baseline="32 bytes there and back"),
    "tcp_in": Goal("× Linux", 1.0, 1.0, most=False, baseline="MiB/s into Python"),
    "tcp_out": Goal("× Linux", 1.5, 1.5, most=False, baseline="MiB/s out of Python"),
    "tls_handshakes": Goal("× Linux", 1.0, 1.0, most=False, baseline="TLS 1.3, P-256, both with mbedTLS 3.6"),
    "web_bytes": Goal("bytes", 512_000, 512_000, baseline="Microdot over IPv4"),
    "web_tls_bytes": Goal("bytes", 780_000, 780_000, baseline="Microdot over TLS 1.2 and 1.3"),
    "web_memory": Goal("bytes", 4 * MIB, 4 * MIB, baseline="Microdot, 16 connections at once"),
    "web_tls_memory": Goal("bytes", 5 * MIB, 5 * MIB, baseline="Microdot over TLS, 16 connections at once"),
    "first_answer": Goal("× floor", 1.5, 1.5, baseline="spawn to the first answer over HTTP"),
    "linux_first_answer": Goal("× floor", baseline="the same of Linux, on q35"),
    **{
        f"{name}_microvm": Goal("× Linux", most=most, baseline="ours on microvm, Linux on q35")
        for name, most in MICROVM.items()
    },
    "linux_boot_ratio": Goal(
        "× floor", baseline="a guest that does nothing, interleaved; Linux and MicroPython on q35"
    ),
    "boot_beside_linux_ratio": Goal("× floor", baseline="our image in the series of linux_boot_ratio"),
    "linux_memory_bytes": Goal("bytes", baseline="of 256 MiB given, what Linux and MicroPython take"),
}
