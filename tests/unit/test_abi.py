"""The contract between image and host: header, reader and page say the same; no machine breaks the reader."""

import re
import struct
import subprocess
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from unikernel import abi

ROOT = Path(__file__).parents[2]
HEADER = ROOT / "kernel_src/include/unikernel/abi.h"


def compiled(expressions: list[str], folder: Path) -> list[int]:
    """The values of C expressions over abi.h, by the toolchain's own compiler."""
    source = folder / "values.c"
    lines = ["#include <stddef.h>", f'#include "{HEADER}"', "const unsigned long long values[] = {"]
    source.write_text("\n".join([*lines, *(f"(unsigned long long)({each})," for each in expressions), "};"]))
    command = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-target",
        "x86_64-linux-musl",
        "-ffreestanding",
        "-c",
        source.name,
    ]
    subprocess.run([*command, "-o", "values.o"], check=True, cwd=folder)
    with (folder / "values.o").open("rb") as stream:
        section = ELFFile(stream).get_section_by_name(".rodata")
        assert section is not None
        data = section.data()
    return list(struct.unpack(f"<{len(expressions)}Q", data))


def test_header_and_reader_agree(tmp_path: Path) -> None:
    expected = {
        "sizeof(struct abi_records)": abi.RECORDS_BYTES,
        "sizeof(struct abi_place)": 24,
        "offsetof(struct abi_records, exit)": 16,
        "offsetof(struct abi_records, request)": abi.REQUEST_OFFSET,
        "ABI_VERSION": abi.VERSION,
        "ABI_NOTE_MANIFEST": abi.NOTE_MANIFEST,
        "ABI_NOTE_RECORDS": abi.NOTE_RECORDS,
        "ABI_RECORDS_MAGIC": abi.RECORDS_MAGIC,
        "ABI_TRACE_CAPACITY": abi.TRACE_CAPACITY,
        "ABI_COMMAND_LINE_BYTES": abi.COMMAND_LINE_BYTES,
        "ABI_SECRETS_MAGIC": abi.SECRETS_MAGIC,
        "sizeof(struct abi_secrets)": abi.SECRETS_BYTES,
        "ABI_SECRETS_BYTES": abi.SECRETS_BYTES,
        "ABI_REGISTER_COUNT": len(abi.REGISTERS),
        **{f"ABI_EXIT_{each.name}": each for each in abi.ExitKind},
        **{f"ABI_REQUEST_{each.name}": each for each in abi.RequestKind},
        **{f"ABI_TRACE_{each.name}": each for each in abi.TraceKind},
        **{f"ABI_PANIC_{each.name}": each for each in abi.PanicCause},
    }
    assert dict(zip(expected, compiled(list(expected), tmp_path), strict=True)) == expected


def test_page_names_every_constant_of_the_header() -> None:
    page = (ROOT / "docs/abi.md").read_text()
    names = set(re.findall(r"\bABI_[A-Z_]+\b", HEADER.read_text()))
    assert {name for name in names if name not in page} == set()


def records(**changes: bytes) -> bytearray:
    """Valid records with a status, a panic and two stamps."""
    raw = bytearray(abi.RECORDS_BYTES)
    struct.pack_into("<IIII", raw, 0, abi.RECORDS_MAGIC, abi.VERSION, abi.RECORDS_BYTES, 0)
    struct.pack_into("<Ii", raw, 16, abi.ExitKind.STATUS, 7)
    trace = abi.RECORDS_BYTES - 64 * 32 - 16
    struct.pack_into("<IIQ", raw, trace, 2, 0, 10**9)
    struct.pack_into("<QBB22s", raw, trace + 16, 5, 1, 0, b"entry")
    struct.pack_into("<QBB22s", raw, trace + 48, 9, 3, 19, b"a" * 22)
    return raw


def test_records_are_read_at_their_address() -> None:
    found = abi.Records.read(bytes(4096) + records(), 4096)
    assert found.valid
    assert found.exit == abi.Exit(abi.ExitKind.STATUS, 7)
    assert [(r.ticks, r.kind.name, r.name, r.detail) for r in found.trace] == [
        (5, "PHASE", "entry", 0),
        (9, "DEVICE_FAILED", "a" * 22, 19),
    ]
    assert found.panic is None


def test_a_trace_that_overflowed_says_how_much_is_lost() -> None:
    raw = records()
    struct.pack_into("<I", raw, abi.RECORDS_BYTES - 64 * 32 - 16, 70)
    assert abi.Records.read(raw).trace_lost == 6


def test_text_that_a_terminal_could_act_on_is_shown_not_sent() -> None:
    raw = records()
    struct.pack_into("<22s", raw, abi.RECORDS_BYTES - 64 * 32 + 10, b"\x1b[31mred")
    assert "\x1b" not in abi.Records.read(raw).trace[0].name


@given(st.binary(min_size=abi.RECORDS_BYTES - 24, max_size=abi.RECORDS_BYTES - 24), st.integers(-9, 9000))
def test_scribbled_memory_never_raises(noise: bytes, address: int) -> None:
    head = struct.pack("<IIII", abi.RECORDS_MAGIC, abi.VERSION, abi.RECORDS_BYTES, 0) + bytes(8)
    abi.Records.read(head + noise, 0)
    abi.Records.read(head + noise, address)
