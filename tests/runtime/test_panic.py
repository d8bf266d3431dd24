"""A panic while Python runs: it names the line."""

from __future__ import annotations

import os
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from unikernel.app import App
from unikernel.build.image import build
from unikernel.machine.boot import boot
from unikernel.machine.qemu.session import QemuSession
from unikernel.stack import Stack

PATIENCE_S = 20
INVALID = b"\x0f\x0b"
"""UD2, Intel SDM volume 2."""
APP = """
import sys

def broken(rows):
    rows.reverse()
    return sorted(rows)

print("ready")
sys.stdin.readline()
broken([1, 2])
"""


def address_of(debug: Path, name: str) -> int:
    with debug.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        symbols = table.get_symbol_by_name(name)
        assert symbols, f"{debug} has no symbol {name}"
        return int(symbols[0]["st_value"])


async def test_a_panic_names_the_line_of_python(tmp_path: Path) -> None:
    image = build(Stack.default("app", App.from_text(APP)), into=tmp_path)
    assert image.debug_path is not None
    machine = await boot(image, timeout_s=PATIENCE_S)
    await machine.console.expect("ready")
    # The runtime's own sort, not run yet, becomes an instruction that no processor knows.
    session = machine._session
    assert isinstance(session, QemuSession)
    os.pwrite(session._memory.fd, INVALID, address_of(image.debug_path, "mp_builtin_sorted"))
    await machine.console.send("\n")
    run = await machine.wait(PATIENCE_S)
    assert run.status == 134, run.reason
    assert run.panic is not None
    assert (run.panic.cause, run.panic.python) == ("invalid opcode", "main.py, line 6")
    assert "mp_builtin_sorted" in str(run.panic.where)
    assert "main.py" in run.transcript.text
