"""A machine that waits for a debugger, and a debugger that finds it where the symbols say."""

import asyncio
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from tests.machine.gdb_client import Gdb
from tests.machine.images import guest
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.machine.panic import Symbols
from unikernel.machine.sync import boot as boot_kept

PATIENCE_S = 20
TRAPPED = "T05"


def address_of(image_path: Path, name: str) -> int:
    return next(start for start, _, symbol in Symbols.read(image_path).table if symbol == name)


def socket_in(command: str) -> Path:
    """The socket that the command names."""
    words = shlex.split(command)
    assert words[0] == "gdb"
    return Path(words[-1].removeprefix("target remote "))


async def attached(machine: Machine) -> Gdb:
    return await asyncio.to_thread(Gdb, socket_in(machine.gdb_command))


async def test_it_waits_before_its_first_instruction_and_stops_at_a_symbol() -> None:
    image = guest("HELLO", status=7)
    machine = await boot(image, gdb=True)
    gdb = await attached(machine)
    assert gdb.rip() != address_of(image.path, "_start")
    for name in ("_start", "end_status"):
        gdb.break_at(address_of(image.path, name))
    for name in ("_start", "end_status"):
        assert (await asyncio.to_thread(gdb.go_on)).startswith(TRAPPED)
        assert gdb.rip() == address_of(image.path, name)
        gdb.clear(gdb.rip())
    await machine.console.expect("hello")
    gdb.leave()
    run = await machine.wait(PATIENCE_S)
    assert (run.status, run.transcript.text) == (7, "hello\n")


async def test_nothing_is_written_until_a_debugger_lets_it_go_on(runtime_folder: Path) -> None:
    async with await boot(guest("HELLO"), gdb=True) as machine:
        path = socket_in(machine.gdb_command)
        assert path.parent == runtime_folder
        assert path.stat().st_mode & 0o777 == 0o600
        await asyncio.sleep(0.2)
        assert machine.console.offset == 0
        assert machine.run is None


async def test_each_life_waits_anew() -> None:
    async with await boot(guest("HELLO"), gdb=True) as machine:
        await machine.restart()
        gdb = await attached(machine)
        gdb.leave()
        await machine.console.expect("hello")


def test_a_kept_machine_waits_too() -> None:
    with boot_kept(guest("HELLO", status=3), gdb=True, keep=True) as machine:
        gdb = Gdb(socket_in(machine.gdb_command))
        gdb.leave()
        assert machine.wait(PATIENCE_S).status == 3


async def test_an_image_without_names_is_refused() -> None:
    with pytest.raises(Refusal, match="has no debug ELF beside it, which holds the names; build it again"):
        await boot(replace(guest("HELLO"), debug_path=None), gdb=True)


async def test_a_folder_too_deep_for_gdb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "/".join(["deep"] * 24)
    deep.mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(Refusal, match="is too long a name for a socket; set XDG_RUNTIME_DIR"):
        await boot(guest("HELLO"), gdb=True)
    assert not list((deep / "unikernel").iterdir())
