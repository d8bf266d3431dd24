"""Plans: what is filled and why, the boot order, and every refusal of a composition."""

from dataclasses import dataclass

import pytest

from unikernel.app import App
from unikernel.devices import Device, Log, Repl, RomFiles, Uart16550
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Console, Prompt
from unikernel.plan import resolve
from unikernel.stack import Stack

APP = App.from_text("")


@dataclass(frozen=True, kw_only=True)
class Speaker(Device, Console):
    """A second console."""


@dataclass(frozen=True, kw_only=True)
class Guide(Device):
    """Requires what has no default."""

    prompt: Prompt | None = None


@dataclass(frozen=True, kw_only=True)
class Hen(Device, Console):
    """A console that requires a clock."""

    clock: Clock | None = None


@dataclass(frozen=True, kw_only=True)
class Egg(Device, Clock):
    """A clock that requires a console."""

    console: Console | None = None


def test_an_empty_stack_gets_the_defaults_and_says_so() -> None:
    plan = resolve(Stack("s", APP))
    assert [(each.name, each.added) for each in plan.devices] == [
        ("uart16550", True),
        ("romfiles", True),
        ("tscclock", True),
    ]
    assert {edge.why for edge in plan.app_edges} == {
        "the default for Console",
        "the default for RomFiles",
        "the default for Clock",
    }


def test_entropy_is_used_only_where_the_stack_has_it() -> None:
    fields = [edge.field for edge in resolve(Stack("s", APP)).app_edges]
    assert "entropy" not in fields
    assert "entropy" in [edge.field for edge in resolve(Stack.default("s", APP)).app_edges]


def test_requirements_come_up_first() -> None:
    names = [each.name for each in resolve(Stack("s", APP, (Log(),))).devices]
    assert names.index("log") > max(names.index("uart16550"), names.index("tscclock"))


def test_given_and_filled_edges_are_told_apart() -> None:
    plan = resolve(Stack("s", APP, (Repl(console=Uart16550()), Log())))
    edges = {each.name: each.edges for each in plan.devices}
    assert [edge.how for edge in edges["repl"]] == ["given"]
    assert [edge.how for edge in edges["log"]] == ["filled", "filled"]


def test_two_candidates_are_refused_by_name_with_the_line_that_cures_it() -> None:
    with pytest.raises(
        Refusal, match=r"app.console: two devices provide Console, uart16550 and speaker; .*\[app\] console ="
    ):
        resolve(Stack("s", APP, (Uart16550(), Speaker())))


def test_the_app_uses_the_one_that_the_stack_names() -> None:
    plan = resolve(Stack("s", APP, (Uart16550(), Speaker()), uses={"console": "speaker"}))
    assert plan.app_edges[0].provider == "speaker"


def test_using_what_does_not_serve_is_refused() -> None:
    with pytest.raises(Refusal, match="which does not provide Console"):
        resolve(Stack("s", APP, (RomFiles(), Uart16550()), uses={"console": "romfiles"}))
    with pytest.raises(Refusal, match='cannot use "printer"'):
        resolve(Stack("s", APP, uses={"printer": "x"}))


def test_what_nobody_provides_is_refused() -> None:
    with pytest.raises(Refusal, match="guide.prompt: no device in the stack provides Prompt; add one"):
        resolve(Stack("s", APP, (Guide(),)))


def test_a_cycle_is_refused_by_name() -> None:
    with pytest.raises(Refusal, match="hen requires egg requires hen|egg requires hen requires egg"):
        resolve(Stack("s", APP, (Hen(), Egg())))


def test_hardware_claimed_twice_is_refused() -> None:
    devices = (Uart16550(name="a"), Uart16550(name="b"))
    with pytest.raises(Refusal, match="a and b both drive the serial port COM1"):
        resolve(Stack("s", APP, devices, uses={"console": "a"}))


def test_a_default_whose_name_is_taken_is_refused() -> None:
    with pytest.raises(Refusal, match='its default, "uart16550", is taken'):
        resolve(Stack("s", APP, (RomFiles(name="uart16550"),)))


def test_the_digest_is_the_plans_alone() -> None:
    first, second = (resolve(Stack.default("s", App.from_text(text))) for text in ("1", "2"))
    assert first.digest != second.digest
    assert first.digest == resolve(Stack.default("s", App.from_text("1"))).digest


def test_components_are_those_of_the_stack() -> None:
    assert "log" not in resolve(Stack.default("s", APP)).components
    assert "log" in resolve(Stack("s", APP, (Log(),))).components
