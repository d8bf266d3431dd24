"""The host's side of the contract with an image: ``kernel_src/include/unikernel/abi.h``, explained in ``docs/abi.md``.

The records are written by an untrusted machine: every length, version and text is checked, and what makes no sense
reads as absent.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

VERSION: Final = 1
NOTE_OWNER: Final = "unikernel"
NOTE_MANIFEST: Final = 1
NOTE_RECORDS: Final = 2
RECORDS_MAGIC: Final = 0x31524B55
TRACE_CAPACITY: Final = 64
COMMAND_LINE_BYTES: Final = 2048
SECRETS_MAGIC: Final = 0x31534B55
SECRETS_BYTES: Final = 4096
KEY_APP: Final = "app"
KEY_PROMPT: Final = "prompt"
PANIC_LINE: Final = "panic: "

REGISTERS: Final = (
    *("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"),
    *(f"r{number}" for number in range(8, 16)),
    *("rip", "rflags"),
)

_PLACE: Final = struct.Struct("<QQQ")
_HEAD: Final = struct.Struct("<IIII")
_EXIT: Final = struct.Struct("<Ii")
_REQUEST: Final = struct.Struct("<II")
_MEMORY: Final = struct.Struct("<QQQQQ")
_PANIC: Final = struct.Struct("<IIQQ18Q16Q128s64sII")
_TRACE: Final = struct.Struct("<IIQ")
_TRACE_RECORD: Final = struct.Struct("<QBB22s")

RECORDS_BYTES: Final = (
    _HEAD.size
    + _EXIT.size
    + _REQUEST.size
    + _MEMORY.size
    + _PANIC.size
    + _TRACE.size
    + TRACE_CAPACITY * _TRACE_RECORD.size
)


REQUEST_OFFSET: Final = _HEAD.size + _EXIT.size
"""Where in the records the host writes its request."""


class RequestKind(IntEnum):
    """``enum abi_request_kind``: what the host asks of a machine that has a Control device."""

    NONE = 0
    SHUTDOWN = 1

    def record(self) -> bytes:
        """As it stands in the records."""
        return _REQUEST.pack(self, 0)


class ExitKind(IntEnum):
    """``enum abi_exit_kind``: how the machine said that it ends."""

    NONE = 0
    STATUS = 1
    PANIC = 2
    RESTART = 3


class TraceKind(IntEnum):
    """``enum abi_trace_kind``: what a record of the trace marks."""

    PHASE = 1
    DEVICE_UP = 2
    DEVICE_FAILED = 3
    MARK = 4


class PanicCause(IntEnum):
    """``enum abi_panic_cause``: which promise broke."""

    NONE = 0
    EXCEPTION = 1
    ASSERTION = 2
    STACK_SMASHED = 3
    STACK_OVERFLOW = 4
    OUT_OF_MEMORY = 5


@dataclass(frozen=True)
class Place:
    """The records' note: guest-physical addresses, and the smallest memory in which the runtime comes up, in bytes."""

    records_address: int
    image_end: int
    least_memory_bytes: int

    @classmethod
    def read(cls, description: bytes) -> Place:
        """From the note's description; raises `ValueError` if it is not one."""
        if len(description) != _PLACE.size:
            message = f"a records note has {_PLACE.size} bytes, this one {len(description)}"
            raise ValueError(message)
        return cls(*_PLACE.unpack(description))


@dataclass(frozen=True)
class Exit:
    """How the machine ended, in its own words; `status` holds with `ExitKind.STATUS`."""

    kind: ExitKind = ExitKind.NONE
    status: int = 0


@dataclass(frozen=True)
class Memory:
    """What memory the machine found and how it uses it; addresses guest-physical, sizes in bytes."""

    total_bytes: int = 0
    heap_start: int = 0
    heap_bytes: int = 0
    stack_start: int = 0
    stack_bytes: int = 0


@dataclass(frozen=True)
class TraceRecord:
    """One stamp: `ticks` of the time-stamp counter since the machine's start; `detail` is a failed device's errno."""

    ticks: int
    kind: TraceKind
    name: str
    detail: int = 0


@dataclass(frozen=True)
class Panic:
    """The raw panic record; `registers` by the names of `REGISTERS`, `backtrace` innermost first."""

    cause: PanicCause
    vector: int
    error_code: int
    address: int
    registers: tuple[tuple[str, int], ...]
    backtrace: tuple[int, ...]
    message: str
    python_file: str
    python_line: int


@dataclass(frozen=True)
class Records:
    """All that a machine left in its memory; not `valid`, and all absent, where magic, version or size are not ours."""

    valid: bool = False
    listening: bool = False
    """Whether the devices are up; what is sent before may be lost."""
    exit: Exit = Exit()
    memory: Memory = Memory()
    panic: Panic | None = None
    trace: tuple[TraceRecord, ...] = ()
    trace_lost: int = 0
    ticks_per_second: int = 0

    @classmethod
    def read(cls, memory: bytes | bytearray | memoryview, address: int = 0) -> Records:
        """From a machine's memory, records at `address`; never raises, whatever a machine wrote there."""
        if not 0 <= address <= len(memory) - RECORDS_BYTES:
            return cls()
        raw = bytes(memory[address : address + RECORDS_BYTES])
        magic, version, size, listening = _HEAD.unpack_from(raw)
        if (magic, version, size) != (RECORDS_MAGIC, VERSION, RECORDS_BYTES):
            return cls()
        offset = _HEAD.size
        kind, status = _EXIT.unpack_from(raw, offset)
        offset += _EXIT.size + _REQUEST.size
        found = Memory(*_MEMORY.unpack_from(raw, offset))
        offset += _MEMORY.size
        panic = _panic(_PANIC.unpack_from(raw, offset))
        offset += _PANIC.size
        count, _, ticks_per_second = _TRACE.unpack_from(raw, offset)
        offset += _TRACE.size
        kept = min(count, TRACE_CAPACITY)
        records = (_trace_record(*_TRACE_RECORD.unpack_from(raw, offset + i * _TRACE_RECORD.size)) for i in range(kept))
        return cls(
            valid=True,
            listening=listening == 1,
            exit=Exit(ExitKind(kind), status) if kind in set(ExitKind) else Exit(),
            memory=found,
            panic=panic,
            trace=tuple(record for record in records if record),
            trace_lost=count - kept,
            ticks_per_second=ticks_per_second,
        )


def _text(raw: bytes) -> str:
    """Text up to the first NUL, with what a terminal could act on shown, not sent."""
    text = raw.split(b"\0", 1)[0].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _trace_record(ticks: int, kind: int, detail: int, name: bytes) -> TraceRecord | None:
    return TraceRecord(ticks, TraceKind(kind), _text(name), detail) if kind in set(TraceKind) else None


def _panic(fields: tuple[int | bytes, ...]) -> Panic | None:
    numbers = [field if isinstance(field, int) else 0 for field in fields]
    texts = [field for field in fields if isinstance(field, bytes)]
    cause, vector, error_code, address, *rest = numbers
    if cause not in set(PanicCause) or cause == PanicCause.NONE:
        return None
    registers = rest[: len(REGISTERS)]
    backtrace = rest[len(REGISTERS) : len(REGISTERS) + 16]
    end = backtrace.index(0) if 0 in backtrace else len(backtrace)
    return Panic(
        cause=PanicCause(cause),
        vector=vector,
        error_code=error_code,
        address=address,
        registers=tuple(zip(REGISTERS, registers, strict=True)),
        backtrace=tuple(backtrace[:end]),
        message=_text(texts[0]),
        python_file=_text(texts[1]),
        python_line=numbers[-2],
    )
