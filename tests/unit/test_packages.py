"""Packages of a stack: pinned, resolved once, held by hash, and on a shelf each."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.test_build_app import read as files_in
from unikernel.app import App
from unikernel.build import cache, distribution, fetching, pip
from unikernel.build.app import rom
from unikernel.build.lock import FILE, Lock, Locked, read
from unikernel.build.packages import Packages, packages
from unikernel.build.runtime import modules_in_image
from unikernel.build.step import silent
from unikernel.errors import Refusal
from unikernel.packages import pins
from unikernel.plan import resolve
from unikernel.project import Project, write
from unikernel.stack import Stack

BACKEND = """
import zipfile
def build_wheel(folder, settings=None, metadata=None):
    with zipfile.ZipFile(f"{folder}/made-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made.py", "where = 'built'")
        wheel.writestr("made-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: made\\nVersion: 1.0\\n")
        wheel.writestr("made-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("made-1.0.dist-info/RECORD", "")
    return "made-1.0-py3-none-any.whl"
"""


def make_wheel(path: Path, members: Mapping[str, str]) -> None:
    """A wheel of those files; metadata that is not among them is made from its name."""
    name, version = path.name.split("-")[:2]
    info = f"{name}-{version}.dist-info"
    made = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for member, text in (made | dict(members)).items():
            wheel.writestr(zipfile.ZipInfo(member), text)


def make_sdist(path: Path, members: Mapping[str, str]) -> None:
    """An archive of sources, all in one folder."""
    stem = path.name.removesuffix(".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for member, text in members.items():
            entry = tarfile.TarInfo(f"{stem}/{member}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all pip finds; the cache is empty."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def made(folder: Path, *asked: str) -> Packages:
    folder.mkdir(exist_ok=True)
    (folder / "main.py").write_text("")
    stack = Stack.default("app", App.from_folder(folder), packages=asked)
    found = packages(resolve(stack), silent)
    found.keep()
    return found


def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> pip.Ended:
        raise AssertionError("pip was asked")

    monkeypatch.setattr(pip, "run", refuse)


def test_a_wheel_and_what_it_requires_are_locked_and_held_by_hash(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "Metadata-Version: 2.1\nName: One.Thing\nVersion: 1.0\nLicense: MIT\nRequires-Dist: two\n"
    wheel = {"one/__init__.py": "import two\n", "one/data.txt": "", "One_Thing-1.0.dist-info/METADATA": head}
    make_wheel(index / "One_Thing-1.0-py3-none-any.whl", wheel)
    make_wheel(index / "two-0.1-py3-none-any.whl", {"two.py": ""})
    make_wheel(index / "two-0.2-py3-none-any.whl", {"two.py": "", "two-0.2.data/purelib/moved.py": ""})
    project = tmp_path / "project"
    found = made(project, "one-thing==1.0")
    assert [str(each) for each in found.lock.files] == ["One.Thing==1.0", "two==0.2"]
    assert {each.name: set(each.files) for each in found.shelves} == {
        "One.Thing==1.0": {"one/__init__.py"},
        "two==0.2": {"two.py", "moved.py"},
    }
    component = found.components(("One.Thing==1.0",))[0]
    assert (component.name, component.version, component.licence) == ("One.Thing", "1.0", "MIT")
    text = (project / FILE).read_text()
    assert "://" not in text
    assert str(index) not in text
    assert FILE not in App.from_folder(project).files

    without_pip(monkeypatch)
    again = made(project, "one-thing==1.0")
    assert (again.changed, again.shelves) == (False, found.shelves)


def test_a_file_in_the_cache_that_is_not_what_it_was_is_fetched_again(index: Path, tmp_path: Path) -> None:
    make_wheel(index / "one-1.0-py3-none-any.whl", {"one.py": "x = 1\n"})
    found = made(tmp_path / "project", "one==1.0")
    file = next(cache.folder("packages").glob("*/*.whl"))
    file.write_bytes(b"another")
    assert made(tmp_path / "project", "one==1.0").shelves == found.shelves
    file.write_bytes(b"another")
    make_wheel(index / "one-1.0-py3-none-any.whl", {"one.py": "x = 2\n"})
    with pytest.raises(Refusal, match=r"one==1\.0: the package index has another file than packages\.lock"):
        made(tmp_path / "project", "one==1.0")


def test_other_packages_are_resolved_anew(index: Path, tmp_path: Path) -> None:
    for name in ("one-1.0", "one-1.1", "two-1.0"):
        make_wheel(index / f"{name}-py3-none-any.whl", {f"{name[:3]}.py": ""})
    made(tmp_path / "project", "one==1.0")
    found = made(tmp_path / "project", "two==1.0", "one==1.1")
    assert found.changed
    assert read(tmp_path / "project" / FILE) == found.lock
    assert not made(tmp_path / "project", "one==1.1", "two==1.0").changed


def test_sources_that_do_not_say_how_they_are_built_are_taken_as_they_are(index: Path, tmp_path: Path) -> None:
    info = "Metadata-Version: 1.0\nName: micropython-a.b\nVersion: 1.0\nLicense: MIT\n"
    requires = "micropython_c\n\n[extra]\nnothing\n"
    bare = {"a/b.py": "import c\n", "x.egg-info/PKG-INFO": info, "x.egg-info/requires.txt": requires}
    make_sdist(index / "micropython-a.b-1.0.tar.gz", bare)
    other = {"c.py": "", "y.egg-info/PKG-INFO": info.replace("a.b", "c")}
    make_sdist(index / "micropython-c-1.0.tar.gz", other)
    found = made(tmp_path / "project", "micropython-a.b==1.0")
    assert {each.name: set(each.files) for each in found.shelves} == {
        "micropython-a.b==1.0": {"a/b.py"},
        "micropython-c==1.0": {"c.py"},
    }
    made_rom = rom(App({"main.py": b"from a.b import x\n"}), modules_in_image(), found.shelves)
    assert set(files_in(made_rom.content)) == {"main.mpy", "lib/a/b.mpy", "lib/c.mpy"}
    cache.free(("packages",))
    assert made(tmp_path / "project", "micropython-a.b==1.0").shelves == found.shelves


def test_sources_that_say_how_they_are_built_are_built(index: Path, tmp_path: Path) -> None:
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    sources = {"pyproject.toml": project, "backend.py": BACKEND, "made.py": "where = 'source'"}
    make_sdist(index / "made-1.0.tar.gz", sources | {"PKG-INFO": "Metadata-Version: 2.1\nName: made\nVersion: 1.0\n"})
    found = made(tmp_path / "project", "made==1.0")
    assert found.lock.files[0].file == "made-1.0.tar.gz"
    assert found.shelves[0].files == {"made.py": b"where = 'built'"}


def test_sources_that_cannot_be_built_are_taken_as_they_are(index: Path, tmp_path: Path) -> None:
    setup = {"setup.py": "import nothing_like_it\n", "src/odd/__init__.py": "", "README": ""}
    make_sdist(index / "odd-1.0.tar.gz", setup)
    assert set(made(tmp_path / "project", "odd==1.0").shelves[0].files) == {"odd/__init__.py"}


def test_a_wheel_for_every_processor_is_preferred(index: Path, tmp_path: Path) -> None:
    tag = f"cp{os.sys.version_info.major}{os.sys.version_info.minor}"  # type: ignore[attr-defined]
    make_wheel(index / f"one-1.0-{tag}-none-linux_x86_64.whl", {"one.py": "", "fast.so": ""})
    make_wheel(index / "one-1.0-py3-none-any.whl", {"one.py": ""})
    assert made(tmp_path / "project", "one==1.0").lock.files[0].file == "one-1.0-py3-none-any.whl"


def test_a_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    for name in ("one-1.0-py3-none-any.whl", "one-1.0.tar.gz"):
        (tmp_path / name).write_bytes(b"noise")
        with pytest.raises(Refusal, match="it is damaged"):
            distribution.read(tmp_path / name)


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    lock = Lock(("a==1",), (Locked("a", "1", "a-1.tar.gz", "0" * 64), Locked("b", "2", "b-2.zip", "f" * 64)))
    (tmp_path / FILE).write_text(lock.text())
    assert read(tmp_path / FILE) == lock
    assert read(tmp_path / "none") is None
    for damage in (lock.text().replace("0" * 64, "0"), lock.text().replace("a-1.tar.gz", "../a"), "packages = 3"):
        (tmp_path / FILE).write_text(damage)
        with pytest.raises(Refusal, match="remove it"):
            read(tmp_path / FILE)


def test_a_stack_says_its_packages(tmp_path: Path) -> None:
    stack = Stack.default("s", App.from_text(""), packages=["a.b == 1.0", "c==2"])
    assert stack.packages == ("a.b==1.0", "c==2")
    assert "packages=('a.b==1.0', 'c==2')" in stack.python()
    (tmp_path / "unikernel.toml").write_text(write(stack))
    (tmp_path / "main.py").write_text("")
    assert Project.load(tmp_path).stack.packages == stack.packages
    assert "packages: a.b==1.0, c==2" in str(resolve(stack))
    assert resolve(stack).digest != resolve(Stack.default("s", App.from_text(""))).digest


@pytest.mark.parametrize(
    "text", ["a", "a>=1", "a==1.*", "a==1,<2", "a @ file:///x", "a[b]==1", "-r x", "==1", "a==", 3]
)
def test_what_is_no_pin_is_refused(text: object) -> None:
    with pytest.raises(Refusal, match=r"here: .* is no pinned package"):
        pins([text], "here")


def test_a_python_without_pip_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = pip.Ended(1, "/usr/bin/python3: No module named pip\n")
    assert "-m ensurepip" in str(said.refusal("a==1"))


def test_the_newest_archive_is_the_one_that_failed(tmp_path: Path) -> None:
    assert fetching._newest(tmp_path) is None
    for number, name in enumerate(("b", "a")):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, ns=(number, number))
    assert fetching._newest(tmp_path) == tmp_path / "a"
