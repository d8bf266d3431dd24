"""Shows what goes through a kept machine's nic, a line a frame, until the machine ends or Ctrl-C.

With -o the frames go into a file that Wireshark opens, as they come; -o - writes to standard output:
  unikernel capture web -o - | wireshark -k -i -
"""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, BinaryIO

from unikernel.cli import output
from unikernel.errors import Refusal
from unikernel.units import parse_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from unikernel.machine.network.pcap import Frame

STANDARD_OUTPUT = "-"


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("name", metavar="NAME", help="the machine, as unikernel ps lists it")
    parser.add_argument("--nic", metavar="NIC", default="", help="the device; left out, the machine's only one")
    parser.add_argument("-o", "--output", metavar="FILE", help="write a pcap there, in the place of lines")
    parser.add_argument("--limit", metavar="SIZE", default="16M", help="stop when so much has come; left out, 16M")


def run(options: Namespace) -> int:
    """Captures; returns 0 also after Ctrl-C."""
    limit_bytes = parse_memory(options.limit, "--limit")
    from unikernel.machine import registry  # noqa: PLC0415 - asyncio, which most refusals do not need

    entry = registry.find(options.name, "capture")
    if not entry.console:
        raise Refusal(
            f'capture: "{entry.name}" belongs to process {entry.pid}; use its machine.capture(), or boot it with --detach.'
        )
    from unikernel.machine.sync import attach  # noqa: PLC0415

    with attach(entry.name) as machine, _shown(options.output) as show:
        capture = machine.capture(options.nic, limit_bytes=limit_bytes)
        capture.watch(show)
        with contextlib.suppress(KeyboardInterrupt):
            capture.wait()
        with contextlib.suppress(KeyboardInterrupt):
            capture.stop()
        count = len(capture.frames)
    output.message(f"{entry.name}: {count} frame{'s' * (count != 1)} of {capture.inner.nic}.")
    return 0


@contextlib.contextmanager
def _shown(name: str | None) -> Iterator[Callable[[Frame], None]]:
    """What shows one frame: as a line, or in the file of that name."""
    if name is None:
        yield _Lines().show
    elif name == STANDARD_OUTPUT:
        yield _File(sys.stdout.buffer).show
    else:
        try:
            file = open(name, "wb")  # noqa: PTH123, SIM115 - closed below
        except OSError as error:
            raise Refusal(f"capture: {name} cannot be written ({error.strerror}); name another file.") from error
        with file:
            yield _File(file).show


class _Lines:
    """A line a frame."""

    def __init__(self) -> None:
        from unikernel.machine.network import dissection  # noqa: PLC0415 - Scapy

        dissection.check()
        self._row = dissection.row
        self._first_us: int | None = None

    def show(self, frame: Frame) -> None:
        if self._first_us is None:
            self._first_us = frame.time_us
        seconds, source, target, size, what = self._row(frame, self._first_us)
        output.result(f"{seconds:>10}  {source} > {target}  {size} bytes  {what}")
        sys.stdout.flush()


class _File:
    """A file, complete after each frame."""

    def __init__(self, file: BinaryIO) -> None:
        from unikernel.machine.network.pcap import HEADER  # noqa: PLC0415

        self._file = file
        self._write(HEADER)

    def show(self, frame: Frame) -> None:
        self._write(frame.record())

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()
