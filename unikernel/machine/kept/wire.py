"""What a keeper and the viewers of its machine say to each other: one line of JSON, then as many bytes as it says.

Both sides are processes of one user, on a socket that only that user can open.

    viewer  hello {protocol, replay_from} · ask {id, what} with input's bytes
    keeper  welcome {…} · refused {message} · output {offset} with bytes · state {…} · answer {id, error, message} with
            bytes · ended {run} with the records and the transcript

Output, and input that is asked for, may name a `channel`; the console is the empty one.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from unikernel import abi, errors
from unikernel.errors import MachineError
from unikernel.machine.run import HostTimes, Run
from unikernel.machine.transcript import Mark, Transcript

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from unikernel.machine.panic import PanicReport

PROTOCOL: Final = 3
PIECE_BYTES: Final = 1 << 16
"""The most bytes of output or input in one message."""
BYTES: Final = "bytes in hexadecimal"
"""The one key of an object that stands for bytes."""
LINE_BYTES: Final = 1 << 18


@dataclass(frozen=True)
class Message:
    """One message; `fields` are plain values."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    data: bytes = b""

    def frame(self) -> bytes:
        """As it goes over the socket."""
        head = {"kind": self.kind, "bytes": len(self.data), **self.fields}
        return json.dumps(head, separators=(",", ":")).encode() + b"\n" + self.data


async def read(reader: asyncio.StreamReader) -> Message | None:
    """The next message; None at the end of the connection, and for what is no message."""
    try:
        fields = json.loads(await reader.readline())
        kind, count = str(fields.pop("kind")), int(fields.pop("bytes"))
        return Message(kind, fields, await reader.readexactly(count))
    except (ValueError, TypeError, AttributeError, LookupError, OSError, EOFError):
        return None


@contextmanager
def address(path: Path) -> Iterator[str]:
    """A name for `path` that a socket's address has room for (108 bytes), however deep its folder lies."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def ended(run: Run, records: bytes) -> Message:
    """A run, told to a viewer; `records` are as they lay in the machine's memory."""
    fields = {
        "name": run.name,
        "status": run.status,
        "ended_by": run.ended_by,
        "reason": run.reason,
        "command": run.command,
        "host": asdict(run.host),
        "versions": run.versions,
        "restarts": run.restarts,
        "touched": run.touched,
        "records_bytes": len(records),
        "offset": run.transcript.offset,
        "marks": [(mark.offset, mark.time_ns) for mark in run.transcript.marks],
    }
    return Message("ended", {"run": fields}, records + run.transcript.data)


def run_of(message: Message, panic_of: Any) -> Run:
    """The run again; `panic_of(panic)` makes the report of a panic record."""
    fields = dict(message.fields["run"])
    count = fields.pop("records_bytes")
    records = abi.Records.read(message.data[:count])
    marks = tuple(Mark(offset, time_ns) for offset, time_ns in fields.pop("marks"))
    report: PanicReport | None = None
    if records.panic and fields["ended_by"] == "panic":
        report = panic_of(records.panic)
    return Run(
        transcript=Transcript(message.data[count:], fields.pop("offset"), marks),
        command=tuple(fields.pop("command")),
        touched=tuple((start, end) for start, end in fields.pop("touched")),
        host=HostTimes(**fields.pop("host")),
        records=records,
        panic=report,
        **fields,
    )


def error_of(fields: dict[str, Any]) -> errors.UnikernelError:
    """The error that a keeper told, of its own class."""
    kind = getattr(errors, str(fields["error"]), MachineError)
    known = isinstance(kind, type) and issubclass(kind, errors.UnikernelError)
    return (kind if known else MachineError)(str(fields["message"]))
