"""A package of a stack in the machine: imported, named in the manifest, its bytes in the sum."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.test_packages import make_wheel
from unikernel.app import App
from unikernel.build.image import build
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 20


async def test_an_app_uses_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(tmp_path / "greeter-1.0-py3-none-any.whl", {"greeter/__init__.py": "from .words import word\n"})
    words = "import functools\nword = functools.reduce(lambda a, b: a + b, ['we', 'll', ' met'])\n"
    make_wheel(
        tmp_path / "greeter-1.1-py3-none-any.whl",
        {
            "greeter/__init__.py": "from .words import word\n",
            "greeter/words.py": words,
            "greeter/rest.py": "import no\n",
        },
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "main.py").write_text("import greeter\nprint(greeter.word, greeter.words.__name__)\n")
    stack = Stack.default("app", App.from_folder(folder), packages=("greeter==1.1",))
    image = build(stack, into=tmp_path / "build")
    async with await boot(image, timeout_s=PATIENCE_S) as machine:
        run = await machine.wait()
    assert (run.transcript.data, run.status) == (b"well met greeter.words\r\n", 0)
    assert ("greeter", "1.1") in [(each.name, each.version) for each in image.manifest.components]
    assert sum(each.bytes for each in image.footprint.components) == image.bytes
    assert (folder / "packages.lock").is_file()
