"""Stacks: composing, changing, and the Python that makes the same one again."""

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.devices import Log, Repl, Uart16550
from unikernel.errors import Refusal
from unikernel.stack import Stack

APP = App.from_text("print(1)\n")


def test_the_default_stack_has_five_devices() -> None:
    assert [d.name for d in Stack.default("s", APP).devices] == ["uart16550", "tscclock", "rdrand", "romfiles", "repl"]


def test_a_device_given_as_a_requirement_belongs_to_the_stack_before_its_user() -> None:
    stack = Stack("s", APP, (Repl(console=Uart16550(name="com1")),))
    assert [device.name for device in stack.devices] == ["com1", "repl"]


def test_two_devices_of_one_name_are_refused() -> None:
    with pytest.raises(Refusal, match='two devices are named "x"'):
        Stack("s", APP, (Uart16550(name="x"), Repl(name="x")))


def test_configure_points_those_who_required_the_device_at_the_new_one() -> None:
    stack = Stack("s", APP, (Repl(console=Uart16550()),)).configure("uart16550", name="com1")
    repl = stack["repl"]
    assert isinstance(repl, Repl)
    provider: object = repl.console
    assert provider == stack["com1"]


def test_remove_leaves_the_requirement_open() -> None:
    stack = Stack("s", APP, (Repl(console=Uart16550()),)).remove("uart16550")
    repl = stack["repl"]
    assert isinstance(repl, Repl)
    assert repl.console is None
    assert len(stack.devices) == 1


def test_an_unknown_device_or_parameter_is_refused_with_the_nearest() -> None:
    stack = Stack.default("s", APP)
    with pytest.raises(Refusal, match='did you mean "uart16550"'):
        stack["uart1655"]
    with pytest.raises(Refusal, match="no parameter speed"):
        stack.configure("uart16550", speed=9600)


@pytest.mark.parametrize(
    "stack",
    [
        Stack.default("s", APP),
        Stack("s", APP, (Log(console=Uart16550(name="com1"), level="debug"),), memory_bytes=4 << 20),
        Stack("s", App({"main.py": b"", "data/x": b"\0"}), uses={"console": "uart16550"}),
    ],
)
def test_its_python_makes_the_same_stack(stack: Stack) -> None:
    namespace: dict[str, Stack] = {}
    exec(stack.python(), namespace)  # noqa: S102 - the text under test
    assert namespace["stack"] == stack


@pytest.mark.parametrize("size", [0, -4096, 4097, 3 << 30])
def test_memory_that_no_machine_can_have_is_refused(size: int) -> None:
    with pytest.raises(Refusal, match="s: .* memory"):
        Stack("s", APP, memory_bytes=size)


def test_an_app_from_a_folder_leaves_out_what_is_not_the_apps(tmp_path: Path) -> None:
    for name in ("main.py", "lib/a.py", "build/x.elf", ".git/x", "unikernel.toml", "__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert sorted(App.from_folder(tmp_path).files) == ["lib/a.py", "main.py"]


def test_a_link_out_of_the_app_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    (tmp_path / "data").symlink_to("/etc/hostname")
    with pytest.raises(Refusal, match="leads out of the app's folder"):
        App.from_folder(tmp_path)


def test_the_digest_tells_apps_apart() -> None:
    apps = [App({"main.py": b"", "a": b"bc"}), App({"main.py": b"", "ab": b"c"}), App({"main.py": b""})]
    assert len({app.digest for app in apps}) == 3
