"""The magics, played by the fake: what each verb shows, keeps, and refuses."""

import signal
import threading
import time
from pathlib import Path

import pytest

from tests.unit.cell import Cell, cell, echo, play
from unikernel.errors import Refusal
from unikernel.machine.fake import FakeMachine
from unikernel.notebook import session
from unikernel.notebook.guide import VERBS
from unikernel.stack import Stack

__all__ = ["cell"]

APP = "%%unikernel app hello\nprint(1)"


def test_alone_it_shows_a_guide_of_one_screen_with_every_verb(cell: Cell) -> None:
    (text,) = cell.run("%unikernel")
    assert len(text.splitlines()) <= 30
    for verb in VERBS:
        assert f"unikernel {verb}" in text


def test_an_app_is_kept_under_its_name_and_as_the_newest_stack(cell: Cell) -> None:
    (text,) = cell.run(APP)
    assert text.startswith("✓ hello: app, 1 line;")
    assert cell.shell.user_ns["stack"].app.files == {"main.py": b"print(1)\n"}
    assert session.current().newest == "hello"


def test_an_app_written_again_keeps_the_composed_devices(cell: Cell) -> None:
    cell.run(APP)
    cell.run("from unikernel.devices import Log\nstack = stack.add(Log())")
    cell.run("%unikernel describe stack")
    cell.run("%%unikernel app hello\nprint(2)")
    stack = cell.shell.user_ns["stack"]
    assert "log" in [each.name for each in stack.devices]
    assert stack.app.files["main.py"] == b"print(2)\n"


def test_build_shows_a_card_and_binds_the_image(cell: Cell, tmp_path: Path) -> None:
    cell.run(APP)
    (text,) = cell.run("%unikernel build")
    assert text.startswith("✓ built hello")
    image = cell.shell.user_ns["image"]
    assert image.path.resolve() == tmp_path / "build" / "hello.elf"
    assert session.current().images["hello"] is image


def test_build_takes_a_stack_in_a_variable(cell: Cell) -> None:
    cell.run("from unikernel import App, Stack\nmine = Stack.default('other', App.from_text(''))")
    (text,) = cell.run("%unikernel build mine")
    assert "built other" in text


def test_build_takes_a_projects_folder_and_builds_into_it(cell: Cell, tmp_path: Path) -> None:
    cell.run("from unikernel import Project\nProject.create('demo')")
    cell.run("%unikernel build demo")
    assert cell.shell.user_ns["image"].path.resolve() == tmp_path / "demo" / "build" / "demo.elf"


def test_build_memory_stays_with_the_stack(cell: Cell) -> None:
    cell.run(APP)
    cell.run("%unikernel build --memory 4M")
    assert cell.shell.user_ns["stack"].memory_bytes == 4 << 20
    cell.run("%unikernel build")
    assert cell.shell.user_ns["image"].manifest.memory_bytes == 4 << 20


def test_a_source_that_does_not_compile_shows_its_line_and_fails_with_one(cell: Cell) -> None:
    cell.run("%%unikernel app bad\nx = 1\ny = !\nz = 3")
    assert cell.fails("%unikernel build") == ["main.py:2:5: invalid syntax"]
    (output,) = cell._outputs("%unikernel build")
    assert "main.py:2:5: invalid syntax\n    y = !\n        ^" in output["text/plain"]
    assert "x = 1" in output["text/html"]
    assert "z = 3" in output["text/html"]


def test_boot_builds_shows_the_console_and_binds_machine_and_run(cell: Cell) -> None:
    cell.run(APP)
    assert cell.run("%unikernel boot") == []
    names = cell.shell.user_ns
    assert cell.consoles == [names["machine"]]
    assert (names["run"].status, names["run"].transcript.text) == (3, "hello\n")


def test_boot_returns_a_second_after_the_first_line_and_the_machine_runs_on(cell: Cell) -> None:
    play(echo)
    cell.run(APP)
    began = time.monotonic()
    cell.run("%unikernel boot hello")
    assert 0.9 < time.monotonic() - began < 5
    assert "run" not in cell.shell.user_ns
    cell.run("machine.console.send('ping')\nfound = machine.console.expect('ping')[0]")
    (text,) = cell.run("%unikernel ps")
    assert "hello" in text
    assert "this notebook" in text
    (text,) = cell.run("%unikernel stop")
    assert "stopped" in text
    assert cell.shell.user_ns["run"].ended_by == "stopped"


def test_interrupting_a_boot_ends_the_wait_at_once_and_the_machine(cell: Cell) -> None:
    async def silent(machine: FakeMachine) -> None:
        await machine.read()

    play(silent)
    cell.run(APP)
    # As the Jupyter kernel is interrupted: a signal to the thread that runs the cell.
    threading.Timer(0.3, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)).start()
    began = time.monotonic()
    assert cell.fails("%unikernel boot") == ["boot: interrupted; hello was stopped."]
    assert time.monotonic() - began < 0.8
    assert cell.run("%unikernel ps") == ["No machine runs in this notebook; %unikernel boot starts one."]


def test_boot_without_waiting_returns_at_once(cell: Cell) -> None:
    async def silent(machine: FakeMachine) -> None:
        await machine.read()

    play(silent)
    cell.run(APP)
    cell.run("%unikernel boot --no-wait --name mine")
    assert cell.shell.user_ns["machine"].name == "mine"
    cell.run("%unikernel stop mine")


def test_a_vmm_that_failed_fails_the_cell(cell: Cell) -> None:
    from unikernel.errors import VmmError

    async def broken(machine: FakeMachine) -> None:
        raise VmmError("the VMM was killed")

    play(broken)
    cell.run(APP)
    assert cell.fails("%unikernel boot") == ["hello: the VMM was killed."]


def test_memory_that_cannot_be_is_refused_with_nothing_started(cell: Cell) -> None:
    cell.run(APP)
    (line,) = cell.fails("%unikernel boot hello --memory 512K")
    assert "512 KiB" in line
    assert cell.consoles == []


def test_print_command_starts_nothing(cell: Cell) -> None:
    cell.run(APP)
    (text,) = cell.run("%unikernel boot --print-command")
    assert "qemu-system-x86_64 -M microvm" in text
    assert "machine" not in cell.shell.user_ns


def test_a_printed_command_has_every_option_of_the_boot(cell: Cell) -> None:
    cell.run(APP)
    (text,) = cell.run("%unikernel boot --print-command --gdb --memory 16M --no-repl")
    assert text.endswith("-S -gdb tcp:127.0.0.1:1234")
    assert "size=16384k" in text
    assert "prompt=0" in text


@pytest.mark.parametrize("verb", ["ps", "stop"])
def test_with_nothing_running_it_says_so_and_succeeds(cell: Cell, verb: str) -> None:
    assert cell.run(f"%unikernel {verb}") == ["No machine runs in this notebook; %unikernel boot starts one."]


def test_stopping_what_has_ended_shows_its_run(cell: Cell) -> None:
    cell.run(APP)
    cell.run("%unikernel boot")
    (text,) = cell.run("%unikernel stop hello")
    assert "exit 3" in text


def test_console_shows_the_newest_machine_again(cell: Cell) -> None:
    cell.run(APP)
    cell.run("%unikernel boot")
    cell.run("%unikernel console")
    cell.run("%unikernel console hello")
    assert cell.consoles == [cell.shell.user_ns["machine"]] * 3


def test_describe_shows_the_graph_and_the_plan(cell: Cell) -> None:
    cell.run(APP)
    (output,) = cell.bundles("%unikernel describe")
    assert "5 devices, in boot order" in output["text/plain"]
    assert "<svg" in output["text/html"]
    (text,) = cell.run("%unikernel describe hello --python")
    made: dict[str, object] = {}
    exec(text, made)  # noqa: S102 - that it makes the same stack is the promise
    assert made["stack"] == cell.shell.user_ns["stack"]


def test_check_shows_what_is_wrong_and_where(cell: Cell) -> None:
    cell.run("%%unikernel app hello\nimport os\nprint(os.environ)")
    (output,) = cell.bundles("%unikernel check")
    assert "main.py:2:7: error: the machine's os has no environ. [not-there]" in output["text/plain"]
    assert "1 error in 1 file" in output["text/html"]


def test_devices_lists_the_catalogue_and_one_class(cell: Cell) -> None:
    assert "Uart16550" in cell.run("%unikernel devices")[0]
    assert "after_app" in cell.run("%unikernel devices Repl")[0]


def test_compose_binds_a_composer_whose_changes_are_the_sessions(cell: Cell) -> None:
    cell.run("%unikernel compose station")
    names = cell.shell.user_ns
    assert isinstance(names["composer"].stack, Stack)
    cell.run("from unikernel.devices import Log\ncomposer.stack = composer.stack.add(Log())")
    assert "log" in [each.name for each in session.current().stacks["station"].devices]
    assert names["stack"] == names["composer"].stack
    cell.run("%unikernel build composer")
    assert names["image"].name == "station"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("%unikernel build", "build: there is no app yet; write one in a cell that begins with %%unikernel app NAME."),
        (
            "%unikernel boot nosuch",
            'boot: there is no app, stack or project folder "nosuch"; this notebook has none yet.',
        ),
        ("%unikernel buld", '%unikernel: there is no verb "buld"; did you mean build?'),
        ("%unikernel build --memry 4M", '%unikernel build: there is no option "--memry"; did you mean --memory?'),
        (
            "%unikernel build --target vax",
            "build: there is no app yet; write one in a cell that begins with %%unikernel app NAME.",
        ),
        ("%unikernel console", "console: no machine was booted in this notebook; %unikernel boot starts one."),
        ("%unikernel devices Uart", 'devices: there is no device class "Uart"; did you mean "Uart16550"?'),
        ("%unikernel plot pie", '%unikernel plot: picture cannot be "pie"; choose boot, footprint, memory.'),
        ("%unikernel build 'x", "%unikernel: the line cannot be read (no closing quotation); close the quotation."),
        (
            "%unikernel app x",
            "%%unikernel app: write it with two percent signs at the top of a cell; the lines below are the app.",
        ),
        ("%%unikernel build\nx", "%%unikernel build: it takes no cell; write %unikernel build with one percent sign."),
        ("%%unikernel app _\nx", 'stack: "_" is no name; use letters, digits, dots, _ and -, at most 64.'),
        ("%%unikernel app\nx", "%%unikernel app: NAME is missing; %%unikernel app --help lists what it takes."),
    ],
)
def test_a_refusal_is_one_line(cell: Cell, source: str, line: str) -> None:
    assert cell.fails(source) == [line]


def test_help_shows_the_options_and_succeeds(cell: Cell, capsys: pytest.CaptureFixture[str]) -> None:
    cell.run("%unikernel boot --help")
    assert "--timeout SECONDS" in capsys.readouterr().out


def test_a_refusal_can_be_caught_as_what_it_is(cell: Cell) -> None:
    with pytest.raises(Refusal):
        cell.run("%unikernel nosuch")


def test_the_extension_can_be_unloaded(cell: Cell) -> None:
    cell.run("%unload_ext unikernel")
    assert "unikernel" not in cell.shell.magics_manager.magics["line"]
