"""Devices: what their classes say of themselves, and what they refuse."""

from dataclasses import dataclass

import pytest

from unikernel.devices import CATALOGUE, Device, Log, Rdrand, Repl, RomFiles, Uart16550
from unikernel.devices.device import parameter
from unikernel.errors import Refusal
from unikernel.interfaces import ALL, Console, Interface


def test_every_device_has_a_summary_and_a_c_file_named_for_it() -> None:
    for name, cls in CATALOGUE.items():
        assert cls.__name__ == name
        assert cls.summary().endswith((".", ":"))
        assert cls.source_file().endswith(f"{cls.symbol()}.c")


def test_symbol_is_the_class_in_snake_case() -> None:
    assert [cls.symbol() for cls in (Uart16550, RomFiles, Repl)] == ["uart16550", "rom_files", "repl"]


def test_interfaces_are_numbered_without_gaps() -> None:
    assert [each.number for each in ALL] == list(range(1, len(ALL) + 1))
    assert {each for each in Interface.__subclasses__() if each.__module__ == "unikernel.interfaces"} == set(ALL)


def test_provides_and_requires_come_from_bases_and_fields() -> None:
    assert Uart16550.provides() == (Console,)
    assert [need.field for need in Log.requirements()] == ["console", "clock"]
    assert [each.name for each in Log.parameters()] == ["level", "sources"]


def test_a_device_is_named_for_its_class_unless_it_has_a_name() -> None:
    assert Uart16550().name == "uart16550"
    assert Uart16550(name="com1").name == "com1"


@pytest.mark.parametrize("name", ["Big", "a" * 21, "with space", "ü"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="1 to 20 of a-z"):
        Uart16550(name=name)


def test_a_requirement_met_by_the_wrong_device_is_refused() -> None:
    with pytest.raises(Refusal, match="console is rdrand .* provides Console"):
        Repl(console=Rdrand())  # type: ignore[arg-type]  # the mistake under test


def test_a_parameter_of_the_wrong_type_or_outside_its_choices_is_refused() -> None:
    with pytest.raises(Refusal, match="after_app is 1; it must be true or false"):
        Repl(after_app=1)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(Refusal, match="level is 'loud'; it must be one of error"):
        Log(level="loud")


def test_a_parameter_outside_its_bounds_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Bounded(Device):
        """A device with a bounded parameter."""

        size: int = parameter(4, "how many", least=2, most=8)

    assert Bounded(size=8).size == 8
    for size, words in ((1, "the least is 2"), (9, "the most is 8")):
        with pytest.raises(Refusal, match=words):
            Bounded(size=size)
