"""What is machine code, what stays bytecode, what is refused."""

import subprocess
from pathlib import Path

import pytest

from unikernel.build import bytecode, native
from unikernel.build.bytecode import Source
from unikernel.build.mpy import Kind, machine_code
from unikernel.errors import BuildError

PLAIN = "def f(n):\n    return n + 1\n"
MARKED = (
    f"import micropython\n@micropython.native\n{PLAIN}@micropython.viper\ndef g(n: int) -> int:\n    return n + 1\n"
)


def source(text: str) -> Source:
    return Source("main.py", "app/main.py", text.encode())


def cross(tmp_path: Path, text: str, *options: str) -> bytes:
    (tmp_path / "a.py").write_text(text)
    program = str(bytecode._program())
    subprocess.run([program, *options, "-o", tmp_path / "a.mpy", tmp_path / "a.py"], check=True)
    return (tmp_path / "a.mpy").read_bytes()


def test_what_is_not_marked_is_bytecode() -> None:
    made = native.compiled(source(PLAIN))
    assert (made.codes, made.stayed) == ((), ())
    assert machine_code(made.content) == ()


def test_marked_functions_are_machine_code() -> None:
    made = native.compiled(source(MARKED))
    assert [each.kind for each in machine_code(made.content)] == [Kind.NATIVE, Kind.VIPER]
    assert len(made.codes) == 2
    assert made.stayed == ()


def test_a_marked_module_is_machine_code_as_a_whole() -> None:
    made = native.compiled(source("# A comment.\n# unikernel: native\n" + PLAIN))
    assert [each.kind for each in machine_code(made.content)] == [Kind.NATIVE, Kind.NATIVE]


def test_what_the_emitter_refuses_stays_bytecode_and_is_told() -> None:
    text = MARKED + "@micropython.viper\ndef h(n):\n    x = 1\n    x = 'a'\n    return x\n"
    made = native.compiled(source(text))
    assert len(made.codes) == 2
    assert [str(each) for each in made.stayed] == [
        "app/main.py:9: h stays bytecode: local 'x' has type 'int' but source is 'object'."
    ]


def test_an_error_elsewhere_is_an_error() -> None:
    with pytest.raises(BuildError, match="main.py:8"):
        native.compiled(source(MARKED + "return 1 +\n"))


@pytest.mark.parametrize("use", ["p: ptr8", "p"])
def test_viper_with_pointers_is_refused_with_its_place(use: str) -> None:
    text = f"import micropython\n@micropython.viper\ndef f({use}):\n    return ptr8(p)[0]\n"
    with pytest.raises(BuildError, match="f is viper with ptr8, which can reach all memory") as caught:
        native.compiled(source(text))
    assert caught.value.line in (3, 4)


def test_a_ready_made_file_may_hold_native_code_but_no_viper(tmp_path: Path) -> None:
    assert len(native.brought("a.mpy", cross(tmp_path, PLAIN, "-march=x64", "-X", "emit=native"))) == 2
    with pytest.raises(BuildError, match="viper or assembly"):
        native.brought("a.mpy", cross(tmp_path, MARKED, "-march=x64"))


@pytest.mark.parametrize("content", [b"", b"M\x05\x00\x1f", b"M\x06\x0b\x3f\x01\x00\x20ma"])
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(BuildError, match="compile it again from its source"):
        native.brought("a.mpy", content)


def test_the_table_names_every_piece() -> None:
    text = native.assembly((b"\x90" * 20, b"\xc3"))
    assert '.section .text.native, "ax", @progbits' in text
    assert "    .quad code_0, 20\n    .quad code_1, 1\n" in text
    assert text.endswith("native_code_count:\n    .quad 2\n")
