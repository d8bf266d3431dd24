"""Components: what is compiled, what is found again, and what a mistake says."""

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from unikernel.build import cache
from unikernel.build.ar import archive
from unikernel.build.compile import Compiler
from unikernel.build.components import Component, Generated, Source, Workshop
from unikernel.build.jobs import Jobs, Stopped
from unikernel.build.step import Step
from unikernel.build.toolchain import toolchain
from unikernel.errors import BuildError, Refusal
from unikernel.targets import TARGETS

TARGET = TARGETS["x86_64-microvm"]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sources, one of which reads a header; old enough for a stamp to trust them."""
    where = tmp_path / "src"
    where.mkdir()
    write(where / "size.h", "#define SIZE 3\n")
    write(
        where / "a.c",
        '#include "size.h"\nint a(void) { return SIZE; }\nconst char *a_file(void) { return __FILE__; }\n',
    )
    write(where / "b.c", "int b(void) { return 1; }\n")
    return where


def write(path: Path, text: str) -> None:
    path.write_text(text)
    then = time.time_ns() - 10**9
    os.utime(path, ns=(then, then))


def component(folder: Path, *flags: str) -> Component:
    sources = tuple(Source(folder / name, name) for name in ("a.c", "b.c"))
    return Component("thing", "arch", sources, (folder,), flags)


def compiled(made: Component) -> tuple[Path, list[str]]:
    """The archive, and the files that were compiled for it."""
    steps: list[Step] = []
    path = Compiler(toolchain(), TARGET, steps.append).archives((made,))["thing"]
    return path, [step.thing for step in steps if step.verb == "compile"]


def test_only_what_changed_is_compiled(folder: Path) -> None:
    first, made = compiled(component(folder))
    assert sorted(made) == ["a.c", "b.c"]
    assert compiled(component(folder)) == (first, [])
    write(folder / "size.h", "#define SIZE 4 /* more */\n")
    second, made = compiled(component(folder))
    assert made == ["a.c"]
    assert second != first


def test_going_back_compiles_nothing(folder: Path) -> None:
    first, _ = compiled(component(folder))
    write(folder / "size.h", "#define SIZE 44\n")
    compiled(component(folder))
    write(folder / "size.h", "#define SIZE 3\n")
    assert compiled(component(folder)) == (first, [])


def test_flags_decide_the_object(folder: Path) -> None:
    compiled(component(folder))
    assert sorted(compiled(component(folder, "-DMORE"))[1]) == ["a.c", "b.c"]
    assert compiled(component(folder))[1] == []


def test_a_lost_archive_is_made_again(folder: Path) -> None:
    path, _ = compiled(component(folder))
    cache.free(("archives",))
    assert compiled(component(folder)) == (path, [])
    assert path.is_file()


def test_the_same_source_elsewhere_gives_the_same_bytes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = compiled(component(folder))[0].read_bytes()
    other = tmp_path / "deeper" / "elsewhere"
    other.mkdir(parents=True)
    for path in folder.iterdir():
        write(other / path.name, path.read_text())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "second"))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    two, made = compiled(component(other))
    assert len(made) == 2
    assert two.read_bytes() == one
    assert str(tmp_path).encode() not in one


def test_a_mistake_has_its_place_and_its_line(folder: Path) -> None:
    write(folder / "a.c", "int a(void)\n{\n    return missing;\n}\n")
    with pytest.raises(BuildError) as caught:
        compiled(component(folder))
    error = caught.value
    assert error.file is not None
    assert error.file.endswith("a.c")
    assert (error.line, error.column, error.excerpt) == (3, 12, "    return missing;")
    assert "undeclared" in str(error)
    write(folder / "a.c", "int a(void) { return 0; }\n")
    assert "a.c" in compiled(component(folder))[1]


def test_a_date_in_the_source_is_refused(folder: Path) -> None:
    write(folder / "b.c", "const char *b(void) { return __DATE__; }\n")
    with pytest.raises(BuildError, match="reproducible"):
        compiled(component(folder))


def generated(path: Path, count: list[int]) -> Generated:
    def make(workshop: Workshop) -> Mapping[str, bytes]:
        count.append(1)
        assert workshop.folder.is_dir()
        said = workshop.python(["-c", "print('#define MADE 7')"])
        return {"made/header.h": said + path.read_bytes()}

    return Generated("made", ("1",), (path,), make)


def test_generated_headers_are_made_once_and_again_on_change(folder: Path) -> None:
    write(folder / "list", "/* one */\n")
    write(folder / "a.c", '#include "made/header.h"\nint a(void) { return MADE; }\n')
    count: list[int] = []
    made = replace(component(folder), generated=(generated(folder / "list", count),))
    assert sorted(compiled(made)[1]) == ["a.c", "b.c"]
    assert compiled(made)[1] == []
    assert len(count) == 1
    write(folder / "list", "/* two, longer */\n")
    assert compiled(made)[1] == ["a.c"]
    assert len(count) == 2


def test_preprocessed_text_is_given_by_name(folder: Path) -> None:
    texts: dict[str, bytes] = {}

    def make(workshop: Workshop) -> Mapping[str, bytes]:
        texts.update(workshop.preprocess(component(folder), ("-DNO_MORE",)))
        return {}

    compiled(replace(component(folder), generated=(Generated("text", (), (), make, (component(folder),)),)))
    assert b"return 3;" in texts["a.c"]
    assert sorted(texts) == ["a.c", "b.c"]


def test_an_exception_of_the_listener_stops_the_build(folder: Path) -> None:
    def listen(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Compiler(toolchain(), TARGET, listen).archives((component(folder),))
    assert compiled(component(folder))[0].is_file()


def test_stopped_jobs_leave_no_process() -> None:
    jobs = Jobs({"PATH": "/usr/bin:/bin"})
    processes: list[subprocess.Popen[bytes]] = []
    start = jobs._start

    def watched(command: list[str], cwd: Path | None) -> subprocess.Popen[bytes]:
        process = start(command, cwd)
        processes.append(process)
        jobs_stop_soon(jobs)
        return process

    jobs._start = watched  # type: ignore[method-assign, assignment]
    with pytest.raises(Stopped):
        jobs.run(["sleep", "600"])
    assert processes[0].returncode is not None
    with pytest.raises(Stopped):
        jobs.run(["true"])


def jobs_stop_soon(jobs: Jobs) -> None:
    import threading

    threading.Timer(0.2, jobs.stop).start()


def test_an_archive_is_of_the_common_format() -> None:
    raw = archive([("py/a long name with a folder.o", b"abc"), ("b.o", b"")])
    table = b"py/a long name with a folder.o/\nb.o/\n"
    assert raw.startswith(b"!<arch>\n//" + b" " * 14)
    assert table in raw
    for name, content in ((b"/0", b"abc\n"), (f"/{table.index(b'b.o')}".encode(), b"")):
        head = raw.index(name.ljust(16) + b"0 ")
        assert raw[head + 58 : head + 60] == b"`\n"
        assert raw[head + 60 :].startswith(content)
        assert head % 2 == 0


def test_a_full_disk_is_said_whoever_meets_it() -> None:
    with pytest.raises(Refusal, match="the disk is full"):
        cache.check_space("error: unable to open output file: No space left on device")
    cache.check_space("error: something else")
