"""Parameters: fixed or left open, in Python as in unikernel.toml; what a boot may say of them."""

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.manifest import Manifest
from unikernel.build.tables import devices_c
from unikernel.devices import OPEN, Log, Parameter, RamDisk, Repl, VirtioBlock
from unikernel.devices.attachment import Disk
from unikernel.errors import Refusal
from unikernel.machine.parameters import command_line, settings
from unikernel.plan import resolve
from unikernel.project import Project, write
from unikernel.stack import Stack
from unikernel.units import MIB

APP = App.from_text("")


def stack() -> Stack:
    devices = (VirtioBlock(name="data", size=OPEN), RamDisk(size=OPEN(MIB)), Log(level="debug"))
    more = Parameter("", int, 2, "how often", least=1, most=9, open=True)
    return Stack("s", APP, devices, parameters={"greeting": OPEN("Hello"), "times": more, "colour": "red"})


def manifest() -> Manifest:
    return Manifest.of(resolve(stack()), (), {})


def test_open_keeps_the_classs_default_or_takes_one_of_its_own() -> None:
    assert (VirtioBlock(size=OPEN).size, VirtioBlock(size=OPEN).open) == (4 * MIB, ("size",))
    assert RamDisk(size=OPEN(MIB)).size == MIB
    assert RamDisk(size=OPEN(MIB)) != RamDisk(size=MIB)


def test_a_default_for_the_boot_is_checked_as_a_value_is() -> None:
    with pytest.raises(Refusal, match=r"ramdisk \(RamDisk\): size is 5 B; the least is 4 KiB"):
        RamDisk(size=OPEN(5))
    with pytest.raises(Refusal, match="open names speed, which is no parameter; it has size"):
        RamDisk(open=("speed",))


def test_a_plain_value_closes_what_was_open() -> None:
    closed = stack().configure("ramdisk", size=2 * MIB)["ramdisk"]
    assert (closed.open, closed.memory_bytes()) == ((), 2 * MIB)
    assert stack().configure("ramdisk", name="other")["other"].open == ("size",)


def test_writing_and_reading_give_the_same_stack(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    (tmp_path / "unikernel.toml").write_text(write(stack()))
    assert Project.load(tmp_path).stack == stack()
    assert 'size = { open = "1 MiB" }' in write(stack())


def test_the_python_of_a_stack_makes_the_same_stack() -> None:
    names: dict[str, object] = {}
    exec(stack().python(), names)  # noqa: S102 - our own text
    assert names["stack"] == stack()


@pytest.mark.parametrize("size", [513, 4100 << 10, 3 << 30])
def test_a_size_loses_nothing_when_written(size: int) -> None:
    parameter = Parameter("size", int, size, "", unit="bytes")
    assert parameter.read(parameter.written(size), "") == size


def test_a_size_may_stand_below_a_head_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("")
    toml = tmp_path / "unikernel.toml"
    toml.write_text('[devices.ramdisk.size]\nopen = "1 MiB"\n[parameters.greeting]\nopen = "Hello"\n')
    found = Project.load(tmp_path).stack
    assert found.devices == (RamDisk(size=OPEN(MIB)),)
    toml.write_text('[devices.ramdisk.size]\nopen = "1 KiB"\n')
    with pytest.raises(Refusal, match=r"unikernel.toml:1: size is 1 KiB; the least is 4 KiB"):
        Project.load(tmp_path)


def test_the_plan_lists_what_is_open_with_its_default() -> None:
    text = str(resolve(stack()))
    for line in ("data.size     open     4 MiB", "ramdisk.size  open     1 MiB", "greeting      open     Hello"):
        assert line in text
    assert "colour        fixed    red" in text
    assert "log.level" not in text


def test_the_manifest_says_what_is_open() -> None:
    note = manifest().note()
    read = Manifest.read(note[note.index(b"{") :].rstrip(b"\0"))
    assert read == manifest()
    assert [each.open for each in read.devices if each.name in ("data", "log")] == [("size",), ()]
    assert "ramdisk.size  open     1 MiB" in str(read)


def test_c_is_told_of_what_is_open_only() -> None:
    text = devices_c(resolve(stack()))
    assert 'PARAMETER("ramdisk.size", parameters_ramdisk.size, true),' in text
    assert 'PARAMETER("app.colour", app_parameter_colour, false),' in text
    assert "static struct ram_disk_parameters" in text
    assert "static const struct log_parameters" in text
    assert "parameter_take)(void) = parameter_take_all;" in text
    closed = devices_c(resolve(Stack("s", APP, (RamDisk(), Repl()))))
    assert "static const struct ram_disk_parameters" in closed
    assert "parameter_take)(void) = NULL;" in closed


def test_what_a_boot_sets_reaches_devices_and_command_line() -> None:
    said = settings(manifest(), {"data.size": "8MiB", "ramdisk.size": 2 * MIB, "greeting": "h\u00e9 ho", "times": "3"})
    assert said.words == ("data.size=8388608", "ramdisk.size=2097152", "app.greeting=h%C3%A9%20ho", "app.times=3")
    disks = [each for device in said.devices for each in device.attachments()]
    assert disks == [Disk("data", "disks/data.img", 8 * MIB)]
    assert said.more_memory_bytes == MIB


def test_nothing_set_is_as_built() -> None:
    said = settings(manifest(), {})
    assert (said.words, said.more_memory_bytes) == ((), 0)
    assert command_line(said.words) == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"data.size": True}, "data: size is True; it must be a whole number"),
        ({"greeting": 3}, "app: greeting is 3; it must be a text."),
        ({"greeting": "a\0b"}, "must be a text in UTF-8 without a NUL"),
        ({"greeting": "\udcff"}, "must be a text in UTF-8 without a NUL"),
        ({"times": "9" * 5000}, "it must be a whole number"),
        ({"times": ""}, "app: times is ''; it must be a whole number."),
    ],
)
def test_what_is_no_value_is_refused(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        settings(manifest(), values)
    assert sentence in str(refused.value)


def test_a_number_fits_in_64_bits() -> None:
    with pytest.raises(Refusal, match="must fit in 64 bits"):
        Stack("s", APP, parameters={"n": 1 << 63})
