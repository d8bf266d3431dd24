"""Projects: written and read back the same; what is wrong is told with its line."""

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.devices import Log, Repl, Uart16550
from unikernel.errors import Refusal
from unikernel.project import Project, write
from unikernel.stack import Stack


def test_a_new_project_is_the_default_stack(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "hello")
    assert project.stack == Stack.default("hello", project.stack.app)
    assert project.build_folder == tmp_path / "hello/build"


def test_a_folder_that_exists_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="exists already"):
        Project.create(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_writing_and_reading_give_the_same_stack(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    uart = Uart16550(name="com1")
    devices = (Repl(console=uart, after_app=True), Log(level="debug", name="journal"))
    stack = Stack("s", App.from_folder(tmp_path), devices, memory_bytes=4 << 20, uses={"console": "com1"})
    (tmp_path / "unikernel.toml").write_text(write(stack))
    assert Project.load(tmp_path).stack == stack


def test_an_empty_file_is_an_empty_stack(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    (tmp_path / "unikernel.toml").write_text("")
    assert Project.load(tmp_path).stack.devices == ()


@pytest.mark.parametrize("name", ["...", "Ünïcode name", "-x-"])
def test_any_folder_name_makes_a_stack_name(tmp_path: Path, name: str) -> None:
    if name != "...":
        Project.create(tmp_path / name)
    assert Project.create(tmp_path / "deep" / "er").stack.name == "er"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[[\n", "unikernel.toml:1:3: "),
        ("\nnam = 'x'\n", 'unikernel.toml:2: unknown key "nam"; did you mean "name"?'),
        ("name = 3\n", "unikernel.toml:1: name is 3; it must be a text in quotes."),
        ("name = 's'\ntarget = 'vax'\n", 'unikernel.toml:2: there is no target "vax"'),
        ("memory = 'eight'\n", 'unikernel.toml:1: "eight" is not a size'),
        ("memory = -4096\n", 'unikernel.toml:1: "-4096" is not a size'),
        ("memory = true\n", "unikernel.toml:1: memory is True"),
        ("memory = '900G'\n", "unikernel.toml:1: 900 GiB of memory is more than"),
        ("[devices.repl]\n\nspeed = 3\n", "unikernel.toml:3: Repl has no speed; known are class, console, after_app."),
        ("[devices.a]\n", "unikernel.toml:1: a names no class; add class ="),
        (
            "[devices.a]\nclass = 'Uart'\n",
            'unikernel.toml:2: there is no device class "Uart"; did you mean "Uart16550"?',
        ),
        ("[devices.repl]\nafter_app = 3\n", "unikernel.toml:2: after_app is 3; it must be true or false."),
        ("[devices.repl]\nconsole = 'x'\n", "unikernel.toml:2: console names 'x', which is no device of this file"),
        ("[devices.repl]\nconsole = 'repl'\n", "unikernel.toml:1: repl requires repl: a cycle"),
        (
            "[devices.repl]\nconsole = 'rdrand'\n[devices.rdrand]\n",
            "unikernel.toml:2: console is rdrand (Rdrand), which",
        ),
        ("devices = 3\n", "unikernel.toml:1: devices is 3; it must be a table"),
        ("[devices.Bad]\nclass = 'Repl'\n", "unikernel.toml:1: Repl: 'Bad' is no name for a device"),
        ("[app]\nprinter = 'x'\n", 'unikernel.toml:2: unknown key "printer"'),
        ("[ap]\n", 'unikernel.toml:1: unknown key "ap"; did you mean "app"?'),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "main.py").write_text("")
    (tmp_path / "unikernel.toml").write_text(text)
    with pytest.raises(Refusal) as refused:
        Project.load(tmp_path)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused_with_its_byte(tmp_path: Path) -> None:
    (tmp_path / "unikernel.toml").write_bytes(b"name = '\xff'\n")
    with pytest.raises(Refusal, match="not UTF-8 at byte 8"):
        Project.load(tmp_path)


def test_a_folder_that_is_none_or_has_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="there is no such folder"):
        Project.load(tmp_path / "none")
    with pytest.raises(Refusal, match="there is no unikernel.toml"):
        Project.load(tmp_path)
    (tmp_path / "unikernel.toml").write_text("")
    with pytest.raises(Refusal, match="there is no main.py"):
        Project.load(tmp_path)
