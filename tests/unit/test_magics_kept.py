"""Kept machines in a notebook: booted here or elsewhere, shown, restarted, stopped; with a real keeper and QEMU."""

import re
from collections.abc import Iterator

import pytest

from tests.machine.images import guest
from tests.unit.cell import Cell, cell
from unikernel.errors import Refusal
from unikernel.machine import registry
from unikernel.machine.kept import KeptMachine, keep
from unikernel.machine.sync import Machine
from unikernel.notebook import session

__all__ = ["cell"]


@pytest.fixture
def notebook(cell: Cell) -> Iterator[Cell]:
    """On the real VMM, with an image in a variable; what it keeps is stopped at the end."""
    session.current().vmm = None
    cell.shell.user_ns["echoing"] = guest("ECHO", status=6)
    yield cell
    for entry in registry.running():
        registry.stop(entry.name)


def machine_of(notebook: Cell) -> Machine:
    machine = notebook.shell.user_ns["machine"]
    assert isinstance(machine, Machine)
    return machine


def test_detached_it_is_shown_and_listed_as_a_keepers(notebook: Cell) -> None:
    notebook.run("%unikernel boot echoing --detach --name mine")
    machine = machine_of(notebook)
    assert notebook.consoles == [machine]
    assert isinstance(machine.inner, KeptMachine)
    (text,) = notebook.run("%unikernel ps")
    assert f"keeper {machine.inner.keeper_pid}" in text
    notebook.run("%unikernel stop mine")
    assert notebook.shell.user_ns["run"].ended_by == "stopped"


def test_the_console_of_a_machine_kept_elsewhere_is_attached_to_by_name(notebook: Cell) -> None:
    keep(guest("ECHO", status=6), name="elsewhere")
    notebook.run("%unikernel console elsewhere")
    machine = machine_of(notebook)
    machine.console.expect("up")
    notebook.run("%unikernel console elsewhere")
    assert notebook.consoles == [machine, machine]
    machine.interrupt()
    assert machine.wait(20).status == 6
    notebook.run("%unikernel console elsewhere")
    assert notebook.consoles == [machine] * 3
    keep(guest("ECHO"), name="elsewhere")
    notebook.run("%unikernel console elsewhere")
    assert machine_of(notebook) is not machine


def test_one_that_ended_elsewhere_is_listed_and_told_of(notebook: Cell) -> None:
    keep(guest("IDLE"), name="alone")
    registry.stop("alone")
    (text,) = notebook.run("%unikernel ps")
    assert re.search(r"alone +stopped, .* ago", text)
    (text,) = notebook.run("%unikernel stop alone")
    assert re.fullmatch(r"alone had ended: stopped, .* ago\.", text)
    with pytest.raises(Refusal, match='console: "alone" has ended: stopped, .* ago; boot it again'):
        notebook.run("%unikernel console alone")


def test_names_of_kept_machines_are_completed(notebook: Cell) -> None:
    keep(guest("IDLE"), name="idling")
    _, matches = notebook.shell.complete(text=None, line="%unikernel console idl", cursor_pos=22)
    assert set(matches) == {"idling"}


def test_what_is_neither_here_nor_kept_is_refused(notebook: Cell) -> None:
    with pytest.raises(Refusal, match='console: there is no machine "nobody"'):
        notebook.run("%unikernel console nobody")


def test_gdb_is_told_above_the_console(notebook: Cell) -> None:
    (text,) = notebook.run("%unikernel boot echoing --gdb")
    machine = machine_of(notebook)
    assert text == f"{machine.name} waits for gdb: {machine.gdb_command}"
    assert machine.run is None
