"""The modules of ours that an app can import: in the machine they say what CPython's say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build.image import build
from unikernel.build.shelf import own
from unikernel.machine.boot import boot
from unikernel.stack import Stack

CASES = sorted((Path(__file__).parent / "modules").glob("*_cases.py"))
PATIENCE_S = 30


def test_each_module_has_its_cases() -> None:
    # Those after CPython's; what is ours alone has tests of its own.
    names = {path.partition("/")[0].removesuffix(".py") for path in own().files}
    modules = {name for name in names if not name.startswith("_") or name.startswith("__")}
    cases = {path.name.removesuffix("_cases.py") for path in CASES} | {"ssl"}  # tests/tls has those of ssl
    assert cases == modules & sys.stdlib_module_names
    assert modules >= {"functools", "inspect", "hmac", "base64", "datetime", "logging", "unittest"}


@pytest.mark.parametrize("script", CASES, ids=lambda script: script.stem.removesuffix("_cases"))
async def test_a_module_says_what_cpythons_says(script: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(script)]
    wanted = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    image = build(Stack.default("cases", App({"main.py": script.read_bytes()})), into=tmp_path)
    async with await boot(image, timeout_s=PATIENCE_S) as machine:
        run = await machine.wait()
    assert run.transcript.data.decode().replace("\r\n", "\n") == wanted
    assert run.status == 0
