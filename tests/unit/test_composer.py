"""The composer without a browser: each widget's edit makes a stack, each problem comes with the stacks that cure it."""

from typing import Any

import pytest

from unikernel.app import App
from unikernel.devices import OPEN, EncryptedBlock, GitFiles, Log, RamDisk, Repl, RomFiles, Uart16550, VirtioNet
from unikernel.devices.app_requirements import APP
from unikernel.notebook.widgets.composer import StackComposer
from unikernel.notebook.widgets.problem import Problem, examine
from unikernel.plan import Plan, resolve
from unikernel.stack import Stack

HELLO = App.from_text("print(1)")


@pytest.fixture
def composer() -> StackComposer:
    return StackComposer(Stack.default("hello", HELLO))


def names(composer: StackComposer) -> list[str]:
    return [each.name for each in composer.stack.devices]


def row_of(composer: StackComposer, parameter: str) -> Any:
    """The row of a parameter of what is selected; its widgets are as its type asks."""
    return composer._form._rows[parameter]


def press(composer: StackComposer, label: str) -> None:
    (button,) = [each for each in composer._cures.children if each.description == label]
    button.click()


def test_ticking_a_class_adds_a_device_and_unticking_removes_it(composer: StackComposer) -> None:
    box = composer._catalogue._boxes["Log"]
    box.value = True
    assert names(composer)[-1] == "log"
    assert composer._form._owner == "log"
    box.value = False
    assert "log" not in names(composer)
    assert composer._form._owner == APP


def test_one_more_of_a_class_gets_a_name_of_its_own(composer: StackComposer) -> None:
    composer._catalogue._buttons["RomFiles"].click()
    assert names(composer)[-1] == "romfiles2"


def test_a_problem_is_said_at_once_and_a_cure_ends_it(composer: StackComposer) -> None:
    composer._catalogue._buttons["RomFiles"].click()
    assert composer.problem.startswith("app.files: two devices provide RomFiles, romfiles and romfiles2;")
    assert "1 problem" in composer._title.value
    assert composer._build.disabled
    assert composer.problem.split(";")[0] in composer._words.value
    press(composer, "Use romfiles2")
    assert composer.problem == ""
    assert composer.stack.uses == {"files": "romfiles2"}
    assert not composer._build.disabled


def test_a_device_of_its_own_may_be_undecided_too() -> None:
    speaker = StackComposer(Stack("s", HELLO, (Uart16550(), Repl(), Log(name="one"), Uart16550(name="two"))))
    press(speaker, "Use two")
    assert speaker.problem.startswith("repl.console:")
    press(speaker, "Use two")
    press(speaker, "Use two")
    assert "both drive the serial port COM1" in speaker.problem
    press(speaker, "Remove uart16550")
    assert speaker.problem == ""
    assert {edge.provider for each in resolve(speaker.stack).devices for edge in each.edges} == {"two", "tscclock"}


def test_parameters_are_set_in_the_form_of_the_devices_own_fields(composer: StackComposer) -> None:
    composer._form._choice.value = "repl"
    row = row_of(composer, "after_app")
    row.field.value = True
    assert composer.stack["repl"] == Repl(after_app=True)
    assert "changed, default false" in row.hint.value


def test_choices_are_a_list(composer: StackComposer) -> None:
    composer._catalogue._boxes["Log"].value = True
    field = row_of(composer, "level").field
    assert field.options == ("error", "warning", "info", "debug")
    field.value = "debug"
    assert composer.stack["log"] == Log(level="debug")


def test_a_requirement_is_given_and_taken_back(composer: StackComposer) -> None:
    composer._form._choice.value = "repl"
    composer._form._fields["console"].value = "uart16550"
    assert composer.stack["repl"] == Repl(console=Uart16550())
    composer._form._fields["console"].value = ""
    assert composer.stack["repl"] == Repl()


def test_what_the_app_uses_is_chosen_at_the_app(composer: StackComposer) -> None:
    composer._form._choice.value = APP
    composer._form._fields["files"].value = "romfiles"
    assert composer.stack.uses == {"files": "romfiles"}


def test_renaming_follows_to_all_who_use_it(composer: StackComposer) -> None:
    composer._form._choice.value = "repl"
    composer._form._fields["console"].value = "uart16550"
    composer._form._choice.value = APP
    composer._form._fields["console"].value = "uart16550"
    composer._form._choice.value = "uart16550"
    kept = composer._form._fields["name"]
    kept.value = "serial"
    assert composer.stack.uses == {"console": "serial"}
    assert composer.stack["repl"] == Repl(console=Uart16550(name="serial"))
    assert composer._form._fields["name"] is kept  # the keyboard keeps its place


def test_removing_forgets_that_the_app_used_it(composer: StackComposer) -> None:
    composer._form._choice.value = APP
    composer._form._fields["entropy"].value = "rdrand"
    composer._form._choice.value = "rdrand"
    composer._form._remove.click()
    assert "rdrand" not in names(composer)
    assert composer.problem == ""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("name", "Bad Name", "is no name for a device"), ("name", "tscclock", "two devices are named")],
)
def test_a_bad_value_is_refused_in_words_and_changes_nothing(
    composer: StackComposer, field: str, value: str, said: str
) -> None:
    before = composer.stack
    composer._form._choice.value = "uart16550"
    composer._form._fields[field].value = value
    assert composer.stack is before
    assert said in composer._words.value
    assert composer._form._fields[field].value == "uart16550"


def test_memory_is_read_as_people_write_it(composer: StackComposer) -> None:
    composer._memory.value = "4M"
    assert composer.stack.memory_bytes == 4 << 20
    composer._memory.value = "much"
    assert composer.stack.memory_bytes == 4 << 20
    assert "is not a size" in composer._words.value


def test_undo_and_redo(composer: StackComposer) -> None:
    first = composer.stack
    composer._memory.value = "4M"
    composer._undo.click()
    assert composer.stack == first
    composer._redo.click()
    assert composer.stack.memory_bytes == 4 << 20
    assert composer._redo.disabled


def test_the_python_shown_makes_the_same_stack(composer: StackComposer) -> None:
    composer._catalogue._boxes["Log"].value = True
    made: dict[str, object] = {}
    exec(composer.stack.python(), made)  # noqa: S102 - that it makes the same stack is the promise
    assert made["stack"] == composer.stack
    assert "Log()" in composer._code.value
    composer._language.value = "TOML"
    assert "[devices.log]" in composer._code.value


def test_a_change_is_told(composer: StackComposer) -> None:
    told: list[Stack] = []
    composer.on_change(told.append)
    composer._memory.value = "4M"
    assert told == [composer.stack]


def test_its_text_and_page_need_no_widget(composer: StackComposer) -> None:
    data = composer._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert "5 devices, in boot order" in data["text/plain"]
    assert "<svg" in data["text/html"]


def test_examine_gives_the_plan_or_the_problem() -> None:
    assert isinstance(examine(Stack.default("s", HELLO)), Plan)
    problem = examine(Stack("s", HELLO, (RomFiles(), RomFiles(name="more", mount_point="/more"))))
    assert isinstance(problem, Problem)
    assert problem.owners == (APP,)
    assert all(isinstance(examine(cure.stack), Plan) for cure in problem.cures)


def test_a_switch_leaves_a_parameter_open_and_another_fixes_it_again() -> None:
    composer = StackComposer(Stack("s", HELLO, (RamDisk(name="data", size=512 << 10),)))
    composer._select("data")
    row = row_of(composer, "size")
    assert (row.field.value, row.switch.value) == ("512 KiB", False)
    row.switch.value = True
    assert composer.stack["data"] == RamDisk(name="data", size=OPEN(512 << 10))
    assert "size=OPEN(524288)" in composer._code.value
    assert "default 512 KiB; <code>boot --set data.size=…</code>" in row.hint.value
    assert "RamDisk · open: size" in composer._picture.value
    composer._language.value = "TOML"
    assert "size = { open = &quot;512 KiB&quot; }" in composer._code.value
    composer._undo.click()
    assert (composer.stack["data"].open, row.switch.value) == ((), False)
    composer._redo.click()
    row.switch.value = False
    assert composer.stack["data"] == RamDisk(name="data", size=512 << 10)
    assert "open:" not in composer._picture.value


def test_no_cure_has_a_device_use_itself() -> None:
    alone = examine(Stack("s", HELLO, (EncryptedBlock(name="vault"),)))
    assert isinstance(alone, Problem)
    assert [cure.label for cure in alone.cures][:1] == ["Add virtioblock"]
    two = examine(Stack("s", HELLO, (EncryptedBlock(name="vault"), RamDisk(), RamDisk(name="more"))))
    assert isinstance(two, Problem)
    assert [cure.label for cure in two.cures] == ["Use ramdisk", "Use more"]


def test_what_is_open_stays_open_when_its_default_changes_and_a_refusal_changes_neither() -> None:
    composer = StackComposer(Stack("s", HELLO, (RamDisk(size=OPEN),)))
    composer._select("ramdisk")
    row = row_of(composer, "size")
    row.field.value = "1 MiB"
    assert composer.stack["ramdisk"] == RamDisk(size=OPEN(1 << 20))
    row.field.value = "much"
    assert composer.stack["ramdisk"] == RamDisk(size=OPEN(1 << 20))
    assert "is not a size" in composer._words.value
    assert (row.field.value, row.switch.value) == ("1 MiB", True)


def test_the_apps_own_parameters_have_switches_too() -> None:
    composer = StackComposer(Stack("s", HELLO, parameters={"greeting": "Hello", "times": OPEN(3)}))
    greeting, times = row_of(composer, "greeting"), row_of(composer, "times")
    assert (greeting.switch.value, times.switch.value) == (False, True)
    greeting.switch.value = True
    times.field.value = 4
    assert composer.stack == Stack("s", HELLO, parameters={"greeting": OPEN("Hello"), "times": OPEN(4)})
    assert row_of(composer, "greeting") is greeting  # the keyboard keeps its place
    assert 'default "Hello"; <code>boot --set greeting=…</code>' in greeting.hint.value
    assert "the app · 2 open" in composer._picture.value


def test_what_cannot_be_open_has_no_switch_and_a_secret_no_field() -> None:
    composer = StackComposer(Stack("s", HELLO, (EncryptedBlock(name="vault"), GitFiles(), VirtioNet())))
    composer._select("vault")
    key = row_of(composer, "key")
    assert (key.switch, key.field) == (None, None)
    assert "boot --secret vault.key=FILE" in key.hint.value
    composer._select("gitfiles")
    assert {name: row.switch is None for name, row in composer._form._rows.items()} == {
        "repository": True,
        "reference": True,
        "mount_point": False,
    }
    composer._select("virtionet")
    mac = row_of(composer, "mac")
    assert mac.switch is None
    mac.field.value = "02:00:00:00:00:01"
    assert composer.stack["virtionet"] == VirtioNet(mac="02:00:00:00:00:01")
    assert "boot --set virtionet.mac=…" in mac.hint.value
