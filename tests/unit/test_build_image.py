"""Tables, manifest, notes, and whole images."""

import hashlib
import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from unikernel import abi
from unikernel.app import App
from unikernel.build import build, cache, elf
from unikernel.build import image as image_module
from unikernel.build.image import Image
from unikernel.build.manifest import Manifest
from unikernel.build.step import Step
from unikernel.build.tables import devices_c
from unikernel.devices import Log, Repl, RomFiles, Uart16550
from unikernel.errors import BuildError, Refusal
from unikernel.plan import resolve
from unikernel.stack import Stack


def stack(source: str = "print('hello')\n", name: str = "hello") -> Stack:
    return Stack.default(name, App.from_text(source))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """An image built with the user's own cache: the first build of a machine takes seconds."""
    return build(stack(), into=tmp_path_factory.mktemp("image"))


# --- the table of devices


def test_devices_stand_in_boot_order_with_what_they_require() -> None:
    text = devices_c(resolve(stack().add(Log())))
    order = text[text.index("devices[]") :]
    assert order.index("device_uart16550") < order.index("device_log")
    assert "&device_uart16550, /* console:" in text
    assert '.level = "info",' in text
    assert '#include "drivers/log.h"' in text
    assert "    NULL,\n};\n\nstruct device *const app_devices" in text


def test_names_and_texts_become_c() -> None:
    files = RomFiles(name="a-b", mount_point='/"rom\\??\u00e9\n')
    text = devices_c(resolve(Stack("s", App.from_text(""), (Uart16550(), files, Repl(name="a_b")))))
    assert "struct device device_a_b = {" in text
    assert len({line for line in text.splitlines() if line.startswith("struct device device_a_b")}) == 2
    assert r'.mount_point = "/\"rom\\\?\?\303\251\012",' in text


# --- notes and manifest


def test_a_manifest_survives_the_note() -> None:
    plan = resolve(stack())
    manifest = Manifest.of(plan, (), {"toolchain": "none"})
    note = manifest.note()
    assert len(note) % 4 == 0
    size = struct.unpack_from("<I", note, 4)[0]
    head = 12 + (len(abi.NOTE_OWNER) + 1 + 3) // 4 * 4
    assert Manifest.read(note[head : head + size]) == manifest
    assert manifest.plan == plan.digest


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"abi": "x"}', b"\xff", b"[" * 100_000])
def test_a_damaged_manifest_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="manifest is damaged"):
        Manifest.read(raw)


# --- whole images


def test_an_image_says_what_it_is_from_its_elf_alone(image: Image, tmp_path: Path) -> None:
    alone = tmp_path / "moved.elf"
    shutil.copy(image.path, alone)
    read = Image.read(alone)
    assert (read.manifest, read.place, read.sha256) == (image.manifest, image.place, image.sha256)
    assert (read.debug_path, read.map_path, read.seconds) == (None, None, None)
    assert read.sha256 == hashlib.sha256(alone.read_bytes()).hexdigest()
    names = [each.name for each in read.manifest.components]
    assert len(names) == len(set(names))
    assert {"arch", "core", "uart16550", "micropython", "libc", "app"} <= set(names)
    assert all(each.sha256 for each in read.manifest.components if each.name in ("micropython", "libc"))
    assert [each.name for each in read.manifest.devices] == [each.name for each in resolve(stack()).devices]


def test_debug_elf_and_image_are_laid_out_alike(image: Image) -> None:
    assert image.debug_path is not None
    whole, stripped = image.debug_path.read_bytes(), image.path.read_bytes()
    count = struct.unpack_from("<H", stripped, 56)[0]
    assert whole[64 : 64 + 56 * count] == stripped[64 : 64 + 56 * count]
    assert Image.read(image.debug_path).place == image.place


def test_what_is_not_in_the_stack_is_not_in_the_image(tmp_path: Path) -> None:
    lean = build(Stack("lean", App.from_text(""), (Uart16550(),)), into=tmp_path)
    assert lean.map_path is not None
    text = lean.map_path.read_text()
    assert "repl.a" not in text
    assert "log.a" not in text
    assert "uart16550.a" in text


def test_nothing_to_do_links_nothing(image: Image) -> None:
    steps: list[Step] = []
    before = image.path.stat().st_ino
    again = build(stack(), into=image.path.parent, progress=steps.append)
    assert steps == []
    assert image.path.stat().st_ino == before
    assert again.sha256 == image.sha256


def test_a_changed_app_compiles_nothing(image: Image, tmp_path: Path) -> None:
    steps: list[Step] = []
    other = build(stack("print('other')\n"), into=tmp_path, progress=steps.append)
    assert [step.verb for step in steps] == ["link"]
    assert other.sha256 != image.sha256


def test_a_touched_image_is_linked_again(tmp_path: Path) -> None:
    first = build(stack(), into=tmp_path)
    first.path.write_bytes(b"broken")
    assert build(stack(), into=tmp_path).sha256 == first.sha256
    assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.sha256


def test_the_last_image_stays_on_failure(tmp_path: Path) -> None:
    first = build(stack(), into=tmp_path)
    with pytest.raises(BuildError):
        build(stack("1 +\n"), into=tmp_path)
    assert Image.read(first.path).sha256 == first.sha256
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "hello.debug.elf",
        "hello.devices.c",
        "hello.elf",
        "hello.map",
    ]


def test_without_a_folder_the_cache_holds_the_image() -> None:
    made = build(stack())
    assert made.path.is_relative_to(cache.root() / "images")
    assert build(stack()).path == made.path


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refusal, match="cannot be written"):
        build(stack(), into=tmp_path / "file")


def test_a_stripped_image_is_still_ours(image: Image, tmp_path: Path) -> None:
    if not shutil.which("strip"):
        pytest.skip("this machine has no strip of GNU binutils")
    subprocess.run(["strip", "-o", tmp_path / "s.elf", image.path], check=True)
    assert Image.read(tmp_path / "s.elf").manifest == image.manifest


# --- files that are not images


def with_notes(content: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    """The image with its manifest changed in place; spaces fill what is left."""
    notes = elf.read(content).notes
    raw = next(note.description for note in notes if note.owner == abi.NOTE_OWNER and note.type == abi.NOTE_MANIFEST)
    data = json.loads(raw)
    change(data)
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return content.replace(raw, text.ljust(len(raw)))


def test_what_is_no_image_is_refused_in_a_sentence(image: Image, tmp_path: Path) -> None:
    whole = image.path.read_bytes()
    cases = {
        "text": (b"no image at all", "it is not an ELF file"),
        "empty": (b"", "it is not an ELF file"),
        "cut": (whole[:5000], "it is cut short"),
        "head": (whole[:40], "it is cut short"),
        "foreign": (Path("/bin/true").resolve().read_bytes(), "not"),
        "not ours": (whole.replace(b"unikernel\0", b"unikernal\0"), "not one of ours"),
        "other abi": (with_notes(whole, lambda data: data.update(abi=9)), "build it again"),
        "other target": (with_notes(whole, lambda data: data.update(target="vax")), 'no target "vax"'),
        "manifest": (whole.replace(b'{"abi":', b'{"abi" '), "manifest is damaged"),
    }
    for name, (content, sentence) in cases.items():
        path = tmp_path / f"{name}.elf"
        path.write_bytes(content)
        with pytest.raises(Refusal) as caught:
            Image.read(path)
        assert sentence in str(caught.value), name
        assert str(caught.value).startswith(f"{path}: "), name
    with pytest.raises(Refusal, match="there is no such file"):
        Image.read(tmp_path / "none.elf")
    with pytest.raises(Refusal, match="it is a folder"):
        Image.read(tmp_path)


def test_an_image_that_another_build_forgets_meanwhile_is_no_fault(tmp_path: Path) -> None:
    newest = tmp_path / "newest"
    newest.mkdir()
    # There when the folder is listed, and gone when it is looked at.
    (tmp_path / "gone").symlink_to("nowhere")
    image_module._forget_old(newest)
    assert newest.is_dir()
