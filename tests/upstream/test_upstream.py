"""A sample of upstream's tests, from every folder, and the rules by which all are judged; ``make upstream`` runs all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.upstream import compiled, expected, machine, multi, skips, suite
from tests.upstream import verdict as judge
from tests.upstream.expected import Expected
from tests.upstream.machine import Outcome
from tests.upstream.verdict import Verdict, verdict

SAMPLE = (
    "basics/builtin_help.py",
    "basics/bytes_compare3.py",
    "basics/class_inplace_op2.py",
    "basics/generator_pend_throw.py",
    "basics/sys_path.py",
    "extmod/asyncio_exception.py",
    "extmod/cryptolib_aes256_cbc.py",
    "extmod/deflate_compress.py",
    "extmod/json_loads_float.py",
    "extmod/re_span.py",
    "extmod/uctypes_array_load_store.py",
    "extmod/vfs_rom.py",
    "extmod/vfs_userfs.py",
    "float/float_format_ftoe.py",
    "float/math_fun.py",
    "import/import_file.py",
    "import/import_pkg7.py",
    "io/argv.py",
    "io/file1.py",
    "io/file_stdio2.py",
    "io/open_plus.py",
    "micropython/heap_locked.py",
    "micropython/native_gen.py",
    "micropython/schedule.py",
    "micropython/viper_types.py",
    "misc/sys_atexit.py",
    "multi_net/sslcontext_server_client.py",
    "multi_net/tcp_data.py",
    "net_hosted/connect_poll.py",
    "stress/gc_trace.py",
    "unicode/file1.py",
)


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines are listed apart, so that nobody who stops the user's stops one of these."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.mark.parametrize("test", SAMPLE)
async def test_the_machine_passes(test: str) -> None:
    found = await verdict(test)
    assert found.passed, found.fault


@pytest.mark.parametrize("test", ["micropython/viper_globals.py", "micropython/viper_addr.py"])
async def test_what_does_not_apply_is_skipped_for_its_reason(test: str) -> None:
    assert await verdict(test) == Verdict(test, skipped=skips.reason(test) or "")


def test_the_build_compiles_the_tests_of_machine_code() -> None:
    found = compiled.tests()
    assert found.brought("micropython/native_gen.py")
    assert found.brought("micropython/viper_types.py")
    assert "viper with ptr, which can reach all memory" in found.refused["micropython/viper_addr.py"]
    assert not found.brought("micropython/viper_globals.py")  # its functions stand in a text
    assert all(skips.reason(test) for test in found.refused)


async def test_an_instance_that_does_not_apply_ends_the_test_for_all() -> None:
    test = "multi_net/sslcontext_verify_callback.py"
    assert (await multi.run(test)).skips


async def test_no_machine_is_booted_for_a_test_that_the_build_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("tests.upstream.machine.boot")
    refusal = compiled.tests().refused["micropython/viper_addr.py"]
    assert await machine.run("micropython/viper_addr.py") == Outcome(b"", refusal)


def test_the_sample_is_from_every_folder_and_measures_no_time() -> None:
    assert {test.partition("/")[0] for test in SAMPLE} == set(suite.FOLDERS)
    assert not any(suite.timed(test) for test in SAMPLE)


def test_each_row_of_the_table_names_a_test_and_a_reason() -> None:
    assert skips.idle(test for folder in suite.FOLDERS for test in suite.tests(folder)) == []
    assert all(reason.endswith(".") and len(reason.split()) > 5 for reason in skips.table().values())


def test_a_row_that_names_no_test_is_idle() -> None:
    assert skips.idle(["basics/array1.py"]) == list(skips.table())


@pytest.fixture
def one_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A suite of one test, ``basics/one.py``, that is expected to print ``right``."""
    (tmp_path / "basics").mkdir()
    (tmp_path / "basics/one.py").touch()
    (tmp_path / "basics/one.py.exp").write_text("right\n")
    monkeypatch.setattr(suite, "root", lambda: tmp_path)
    return tmp_path / "basics/one.py"


@pytest.mark.parametrize(
    ("outcome", "why", "passed", "skipped", "fault"),
    [
        (Outcome(b"right\n", ""), None, True, "", ""),
        (Outcome(b"right\n", ""), "No pins.", False, "", judge.STALE),
        (Outcome(b"right\n", "exit 1"), None, False, "", "exit 1"),
        (Outcome(b"wrong\n", ""), None, False, "", "it prints something else\n--- expected\n+++ printed"),
        (Outcome(b"wrong\n", ""), "No pins.", False, "No pins.", ""),
        (Outcome(b"SKIP\n", ""), None, False, "", judge.UNSAID),
        (Outcome(b"SKIP\n", ""), "No pins.", False, "No pins.", ""),
        (Outcome(b"SKIP\n", "panic"), None, False, "", "panic"),
    ],
)
def test_a_verdict(
    one_test: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome,
    why: str | None,
    passed: bool,
    skipped: str,
    fault: str,
) -> None:
    async def run(_test: str) -> Outcome:
        return outcome

    monkeypatch.setattr("tests.upstream.machine.run", run)
    monkeypatch.setattr(skips, "reason", lambda _test: why)
    found = asyncio.run(verdict("basics/one.py"))
    assert (found.passed, found.skipped) == (passed, skipped)
    assert found.fault.startswith(fault) if fault else not found.fault


@pytest.mark.parametrize(("source", "runs"), [("time.sleep(1)", 2), ("time.time()", 1)])
def test_one_that_measures_time_may_fail_once(
    one_test: Path, monkeypatch: pytest.MonkeyPatch, source: str, runs: int
) -> None:
    one_test.write_text(source)
    outcomes = [Outcome(b"wrong\n", ""), Outcome(b"right\n", "")]

    async def run(_test: str) -> Outcome:
        return outcomes.pop(0)

    monkeypatch.setattr("tests.upstream.machine.run", run)
    assert asyncio.run(verdict("basics/one.py")).passed == (runs == 2)
    assert len(outcomes) == 2 - runs


@pytest.mark.parametrize(
    ("text", "output", "accepted"),
    [
        (b"n=\\\\d\\+ (a)\n", b"n=12 (a)\n", True),
        (b"n=\\\\d\\+ (a)\n", b"n= (a)\n", False),
        (b"a.b\n", b"axb\n", False),
        (b"########\nend\n", b"end\n", True),
        (b"########\nend\n", b"one\ntwo\nend\n", True),
        (b"########\nend\n", b"one\nend\nmore\n", False),
    ],
)
def test_a_pattern(text: bytes, output: bytes, accepted: bool) -> None:
    assert Expected(text, expected.pattern(text)).accepts(output) == accepted


def test_without_a_file_cpython_says_what_is_expected(one_test: Path) -> None:
    one_test.with_name("one.py.exp").unlink()
    one_test.write_text("print(__file__, 'ü')\n")
    assert expected.of("basics/one.py").text == "/tests/basics/one.py ü\n".encode()
    one_test.write_text("print('before')\nraise SystemExit(3)\n")
    with pytest.raises(AssertionError, match=r"CPython ends with 3: before"):
        expected.of("basics/one.py")


def test_a_unittest_says_itself_how_it_went(one_test: Path) -> None:
    one_test.with_name("one.py.exp").unlink()
    one_test.write_text("import sys\nimport unittest\n")
    wanted = expected.of("basics/one.py")
    end = b"\n" + 70 * b"-" + b"\nRan 2 tests in 0.010s\n\n"
    assert wanted.accepts(b"test_a (Test) ... ok" + end + b"OK (skipped=1)\n")
    assert not wanted.accepts(b"test_a (Test) ... FAIL" + end + b"FAILED (failures=1, errors=0)\n")
