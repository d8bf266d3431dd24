"""Parameters: fixed or left open, in Python as in unikernel.toml; what a boot may say of them."""

from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.manifest import Manifest
from unikernel.build.tables import devices_c
from unikernel.devices import OPEN, EncryptedBlock, Log, Parameter, RamDisk, Repl, VirtioBlock
from unikernel.devices.attachment import Disk
from unikernel.errors import Refusal
from unikernel.machine.parameters import command_line, planted, settings
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
    assert "parameter_take[])(void) = {parameter_take_all, NULL};" in text
    closed = devices_c(resolve(Stack("s", APP, (RamDisk(), Repl()))))
    assert "static const struct ram_disk_parameters" in closed
    assert "parameter_take[])(void) = {NULL};" in closed


def test_what_a_boot_sets_reaches_devices_and_command_line() -> None:
    said = settings(manifest(), {"data.size": "8MiB", "ramdisk.size": 2 * MIB, "greeting": "h\u00e9 ho", "times": "3"})
    assert said.words == ("data.size=8388608", "ramdisk.size=2097152", "app.greeting=h%C3%A9%20ho", "app.times=3")
    disks = [each for device in said.devices for each in device.virtio()]
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


# --- secrets

KEY = bytes(range(64))


def vault() -> Manifest:
    devices = (EncryptedBlock(name="vault", disk=RamDisk()),)
    return Manifest.of(resolve(Stack("s", APP, devices)), (), {})


def test_a_secret_is_in_no_stack_plan_or_manifest(tmp_path: Path) -> None:
    stack = Stack("s", APP, (EncryptedBlock(name="vault", disk=RamDisk()),))
    assert "key" not in write(stack) + stack.python() + str(stack)
    assert b'"key":' not in vault().note()
    assert "vault.key  needed" in str(resolve(stack))
    (tmp_path / "main.py").write_text("")
    (tmp_path / "unikernel.toml").write_text(write(stack))
    assert Project.load(tmp_path).stack == stack
    with pytest.raises(Refusal, match="key is a secret, which no stack holds"):
        EncryptedBlock(key="00")


@pytest.mark.parametrize("given", [KEY, KEY.hex().encode(), KEY.hex().upper().encode() + b"\n"])
def test_a_secret_goes_by_the_memory_alone(given: bytes) -> None:
    said = settings(vault(), {"vault.key": given})
    assert said.words == ()
    assert KEY.hex() not in repr(said)
    planned = planted(said.secrets, 0x1FFFFF)
    assert planned is not None
    assert planned.address == 0x200000
    assert planned.data == b"UKS1vault.key=" + KEY.hex().encode() + b"\0"
    assert KEY.hex() not in repr(planned)
    planned.wipe()
    assert not any(planned.data)


def test_c_has_room_for_a_secret_and_no_more() -> None:
    text = devices_c(resolve(Stack("s", APP, (EncryptedBlock(name="vault", disk=RamDisk(size=OPEN)),))))
    assert "    .key = {0}," in text
    assert '    {"vault.key", parameters_vault.key, sizeof parameters_vault.key},' in text
    assert "parameter_take[])(void) = {secret_take_all, parameter_take_all, NULL};" in text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "vault.key: it is a secret that each boot must give; put it in a file and add --secret vault.key=FILE."),
        ({"vault.key": KEY.hex()}, "give it in a file, as --secret vault.key=FILE, or as bytes."),
        ({"vault.key": KEY[:63]}, "vault: key has 63 bytes; it must be 64 bytes, or 128 hexadecimal digits."),
        ({"vault.key": KEY[:32] * 2}, "vault.key: its two halves are the same; make another"),
    ],
)
def test_what_is_no_secret_is_refused(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        settings(vault(), values)
    assert sentence in str(refused.value)
    assert KEY[:16].hex() not in str(refused.value)


def test_more_secrets_than_a_page_holds_are_refused() -> None:
    with pytest.raises(Refusal, match="the secrets take 4101 bytes, and there is room for 4096"):
        planted(["x" * 4096], 0)


def test_a_disk_over_another_is_not_filled_with_itself() -> None:
    plan = resolve(Stack("s", APP, (RamDisk(), EncryptedBlock())))
    assert [edge.provider for each in plan.devices for edge in each.edges if edge.field == "disk"] == ["ramdisk"]
