"""The check of an app: what build refuses, what mypy finds, what differs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.test_packages import make_wheel
from unikernel.app import App
from unikernel.check import Finding, check, typed
from unikernel.cli.main import main
from unikernel.devices import MbedTls
from unikernel.errors import BuildError, Refusal
from unikernel.project import Project
from unikernel.stack import Stack

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/main.py"))  # tests/gallery has the templates
APP = """\
from __future__ import annotations
import asyncio, functools, sys, time, unikernel
from typing import Optional
import helper

def label(value: int) -> str:
    return value + 1

def fine(value: Optional[int] = None) -> list[int]:
    return [value or 0]

async def main() -> None:
    await asyncio.sleep_ms("soon")
    time.ticks_ms() + "x"
    helper.twice("x")
    functools.nothing
    unikernel.mark(3)
    sys.getrefcount(3)
    for key in {1: 2}.items():
        fine()

asyncio.run(main())
"""
SSL = """\
import ssl
context = ssl.create_default_context(cafile="/rom/root.pem")
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.set_alpn_protocols(["http/1.1"])
context.set_ciphers("ALL")
"""
HELPER = "def twice(value: int) -> int:\n    return 2 * value\n"


def test_an_app_with_faults_has_each_at_its_place() -> None:
    report = check(Stack.default("app", App({"main.py": APP.encode(), "helper.py": HELPER.encode()})))
    assert [(each.file, each.line, each.kind, each.rule) for each in report.findings] == [
        ("main.py", 7, "error", "return-value"),
        ("main.py", 13, "error", "call-overload"),
        ("main.py", 14, "error", "operator"),
        ("main.py", 15, "error", "arg-type"),
        ("main.py", 16, "error", "attr-defined"),
        ("main.py", 17, "error", "arg-type"),
        ("main.py", 18, "error", "not-there"),
        ("main.py", 19, "warning", "dict-order"),
    ]
    assert report.summary == "app: 7 errors, 1 warning in 2 files"
    assert str(report).splitlines()[0].startswith("main.py:7:12: error: Incompatible return value type")
    assert "7 errors" in report._repr_html_()


def test_a_new_project_has_nothing(tmp_path: Path) -> None:
    report = check(Project.create(tmp_path / "hello").stack)
    assert (report.findings, report.summary) == ((), "hello: nothing found in 1 file")


def test_every_module_of_an_image_has_types() -> None:
    names = "array, asyncio, binascii, collections, hashlib, json, math, os, re, struct, sys, time, unikernel, datetime"
    source = f"import {names}, logging, hmac, base64, unittest, inspect\nprint(math.pi + time.ticks_ms())\n"
    assert check(Stack.default("app", App.from_text(source))).findings == ()


def test_the_file_is_named_as_the_user_knows_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("x: int = 'y'\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.py").write_text("")
    report = check(Stack.default("app", App.from_folder(tmp_path)))
    assert report.findings == (
        Finding(str(tmp_path / "main.py"), 1, 10, "error", report.findings[0].text, "assignment"),
    )


def test_what_the_machine_has_is_no_error_where_a_stub_lacks_it() -> None:
    source = "import cryptolib as c\nprint(c.MODE_ECB)\nprint(c.MODE_XTS)\n"
    findings = check(Stack.default("app", App.from_text(source))).findings
    assert [(each.line, each.rule) for each in findings] == [(3, "not-there")]


def test_what_a_package_gives_a_name_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(
        tmp_path / "pages-1.0-py3-none-any.whl", {"pages.py": "class Page:\n    def __init__(self): self.title = 'x'\n"}
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    source = "import pages\npage = pages.Page()\nprint(page.title, 'x'.swapcase())\n"
    findings = check(Stack.default("app", App.from_text(source), packages=("pages==1.0",))).findings
    assert [each.text for each in findings] == ["no object of the machine has swapcase."]


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_the_apps_that_we_show_have_no_errors(folder: Path) -> None:
    assert check(Project.load(folder).stack).errors == ()


def test_what_a_device_brings_is_there_and_what_another_would_bring_is_not() -> None:
    app = App.from_text("import ssl\nprint(ssl.SSLContext)\n")
    assert check(Stack("app", app, (MbedTls(),))).findings == ()
    with pytest.raises(BuildError, match="the image has no module ssl; it needs the device MbedTls"):
        check(Stack("app", app))


def test_ssl_is_as_the_device_has_it() -> None:
    app = App.from_text(SSL)
    (finding,) = check(Stack("app", app, (MbedTls(),))).findings
    assert (finding.line, finding.rule) == (5, "attr-defined")


def test_what_would_stop_the_build_stops_the_check() -> None:
    with pytest.raises(BuildError, match="no module numpy"):
        check(Stack.default("app", App.from_text("import numpy\n")))


def test_the_command_ends_with_1_where_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "hello"
    Project.create(folder)
    assert main(["check", str(folder)]) == 0
    (folder / "main.py").write_text("for key in {1: 2}.items():\n    print(key)\n")
    assert main(["check", str(folder)]) == 0
    (folder / "main.py").write_text("print(1 + 'x')\n")
    assert main(["check", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(" [")[2] for line in lines if line.startswith(str(folder))] == ["dict-order]", "operator]"]
    assert lines[-1] == "hello: 1 error in 1 file"


def test_without_mypy_one_sentence_says_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match=r"^check: mypy is not installed; pip install 'unikernel\[check\]'\.$"):
        check(Stack.default("app", App.from_text("")))
