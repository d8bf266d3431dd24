"""From an app to its ROM filesystem."""

import ast
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.app import rom, write
from unikernel.build.imports import imports
from unikernel.errors import BuildError, Refusal

MODULES = frozenset({"sys", "time", "json", "asyncio", "os"})


def uint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        byte = raw[at]
        value, at = value << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            return value, at


def read(raw: bytes) -> dict[str, bytes]:
    """The files of a ROM filesystem, by our own reading of upstream's ``docs/reference/romfs.rst``."""
    assert raw[:3] == b"\xd2\xcd\x31"
    assert len(raw) % 2 == 0
    size, at = uint(raw, 3)
    assert at + size == len(raw)
    found: dict[str, bytes] = {}

    def folder(at: int, end: int, prefix: str) -> None:
        while at < end:
            kind, at = uint(raw, at)
            size, at = uint(raw, at)
            stop = at + size
            length, name_at = uint(raw, at)
            name = prefix + raw[name_at : name_at + length].decode()
            inner = name_at + length
            if kind == 4:
                folder(inner, stop, f"{name}/")
            else:
                assert kind == 5
                data_kind, inner = uint(raw, inner)
                data_size, inner = uint(raw, inner)
                assert data_kind == 2
                found[name] = raw[inner : inner + data_size]
            at = stop

    folder(at, len(raw), "")
    return found


def made(app: App, modules: frozenset[str]) -> bytes:
    return rom(app, modules).content


def refusal(source: str | bytes, **more: bytes) -> BuildError:
    content = source.encode() if isinstance(source, str) else source
    with pytest.raises(BuildError) as caught:
        made(App({"main.py": content, **more}), MODULES)
    return caught.value


def test_python_becomes_bytecode_and_data_stays() -> None:
    app = App({"main.py": b"print(1)\n", "lib/a.py": b"x = 1\n", "data/b.bin": bytes(range(256)), "data/deep/c": b""})
    files = read(made(app, MODULES))
    assert set(files) == {"main.mpy", "lib/a.mpy", "data/b.bin", "data/deep/c"}
    assert files["main.mpy"][:2] == b"M\x06"
    assert b"main.py" in files["main.mpy"]
    assert b"lib/a.py" in files["lib/a.mpy"]
    assert files["data/b.bin"] == bytes(range(256))


def test_it_is_told_where_main_lies() -> None:
    for source, more in ((b"print(1)\n", {}), (b"print(1)\n", {"main": b"before it", "z.py": b"x = 1\n"})):
        made_rom = rom(App({"main.py": source, **more}), MODULES)
        assert made_rom.content[made_rom.main.start : made_rom.main.stop] == read(made_rom.content)["main.mpy"]


def test_the_same_files_give_the_same_bytes() -> None:
    one = App({"main.py": b"print(1)\n", "a.py": b"", "b.txt": b"x"})
    two = App({"b.txt": b"x", "a.py": b"", "main.py": b"print(1)\n"})
    assert made(one, MODULES) == made(two, MODULES)


def test_folders_beside_each_other_stay_apart() -> None:
    files = {"a/x": b"1", "a/b/y": b"2", "a/c/z": b"3", "b/w": b"4", "v": b"5"}
    assert read(write(files)) == files


def test_a_byte_order_mark_is_no_end() -> None:
    files = read(made(App({"main.py": b"\xef\xbb\xbfprint('whole')\n"}), MODULES))
    assert b"whole" in files["main.mpy"]


def test_not_utf8_is_refused_by_line() -> None:
    error = refusal(b"x = 1\ny = '\xff'\n")
    assert (error.file, error.line) == ("main.py", 2)
    assert "not UTF-8" in str(error)


def test_nul_is_refused_by_line() -> None:
    error = refusal(b"x = 1\n\n# \0\n")
    assert (error.line, "NUL" in str(error)) == (3, True)


def test_a_syntax_error_has_line_and_caret() -> None:
    error = refusal("x = 1\nprint('\n")
    assert (error.file, error.line, error.column) == ("main.py", 2, 7)
    assert str(error).splitlines()[1:] == ["    print('", "          ^"]


def test_syntax_that_only_the_runtime_refuses_has_its_line() -> None:
    error = refusal("x = 1\nmatch x:\n    case 1: pass\n")
    assert (error.line, error.column, error.excerpt) == (2, None, "match x:")
    assert "MicroPython" in str(error)


def test_the_file_is_named_as_the_user_knows_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("1 +\n")
    with pytest.raises(BuildError) as caught:
        made(App.from_folder(tmp_path), MODULES)
    assert caught.value.file == str(tmp_path / "main.py")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import sys\nimport numpy\n", "main.py:2:1: the image has no module numpy; put numpy.py beside main.py"),
        ("from socket import socket\n", "it needs the device TcpSockets or UdpSockets"),
        ("import jsn\n", "did you mean json?"),
        ("def f():\n    import numpy\n", "main.py:2:5:"),
        ("import os.path\n", "os has no modules inside"),
        ("from time import tick_ms\n", "the image's time has no tick_ms; there is ticks_ms."),
        ("import pkg.gone\n", "pkg does not hold it"),
    ],
)
def test_an_import_that_nobody_provides_is_refused(source: str, message: str) -> None:
    app = App({"main.py": source.encode(), "pkg/__init__.py": b"", "pkg/here.py": b""})
    with pytest.raises(BuildError) as caught:
        made(app, MODULES)
    assert message in str(caught.value)


def test_imports_that_are_there_are_not_refused() -> None:
    source = b"""
import sys, json as j, asyncio.core, pkg.here, tool, utime
from pkg import here
from .pkg import here
try:
    import numpy
except ImportError:
    numpy = None
"""
    made(App({"main.py": source, "pkg/here.py": b"", "lib/tool.py": b""}), MODULES)


def unguarded(source: str) -> list[str]:
    return [each.module for each in imports(ast.parse(source)) if not each.guarded]


def test_a_guard_covers_its_body_alone() -> None:
    source = "try:\n    import a\nexcept (ValueError, ImportError):\n    import b\nelse:\n    import c\nfinally:\n    import d\n"
    assert unguarded(source) == ["b", "c", "d"]
    source = "try:\n    import a\nexcept ValueError:\n    pass\n"
    assert unguarded(source) == ["a"]


@pytest.mark.parametrize(
    ("source", "works"),
    [
        ("try:\n    from sys import path\nexcept ImportError:\n    import numpy\n", True),
        ("try:\n    import nothing\nexcept ImportError:\n    import numpy\n", False),
        ("try:\n    from sys import nothing\nexcept ImportError:\n    import numpy\n", False),
        ("try:\n    import sys, nothing\nexcept ImportError:\n    import numpy\n", False),
        ("try:\n    import sys\nexcept ValueError:\n    import numpy\n", False),
        ("try: import no\nexcept ImportError:\n try: import sys\n except ImportError: import numpy\n", True),
    ],
)
def test_what_stands_in_for_an_import_that_works_is_never_reached(source: str, works: bool) -> None:
    if works:
        made(App({"main.py": source.encode()}), MODULES)
    else:
        assert "no module numpy" in str(refusal(source))


@pytest.mark.parametrize("name", ["d\u00e4ta.txt", "a\nb"])
def test_a_name_that_the_format_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="not plain ASCII"):
        made(App({"main.py": b"", name: b""}), MODULES)


def test_source_and_bytecode_of_one_name_are_refused() -> None:
    with pytest.raises(Refusal, match="remove one of them"):
        made(App({"main.py": b"", "a.py": b"", "a.mpy": b""}), MODULES)


def test_a_large_table_compiles() -> None:
    table = "x = [" + ",".join(f"({i}, 'text {i}')" for i in range(6_000)) + "]\n"
    assert len(made(App({"main.py": table.encode()}), MODULES)) > 50_000
