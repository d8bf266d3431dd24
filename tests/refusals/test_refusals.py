"""One bad input, one sentence.

Each file beside this one is a refusal, named by the mistake:

command      the words after `unikernel`; {dir} is a fresh project "app", {tmp} the folder that holds it
files        what is written over the project's files: path = text
bytes        the same in hexadecimal
missing      files of the project that are removed
wheels       all that pip finds: file name = {path = text}
environment  variables that are set; {tmp} stands in them too
message      what stands on standard error, whole; {dir} and {tmp} as above, {any} for what may differ
status       the exit status, 2 if it is not said
builds       true where the image is built before the refusal

Nothing may be written: neither to standard output, nor into any folder, but for a whole image and the cache.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_packages import make_wheel
from unikernel.cli.main import main
from unikernel.project import Project

CASES = sorted(Path(__file__).parent.glob("*.toml"))


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and folder / "cache" not in path.parents)
    return {str(path): path.read_bytes() for path in files}


def offer(wheels: dict[str, dict[str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    for file, members in wheels.items():
        make_wheel(folder / file, members)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def prepare(case: dict[str, Any], folder: Path) -> None:
    for name, text in case.get("files", {}).items():
        (folder / name).write_text(text)
    for name, digits in case.get("bytes", {}).items():
        (folder / name).write_bytes(bytes.fromhex(digits))
    for name in case.get("missing", ()):
        (folder / name).unlink()


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_is_refused_in_one_sentence(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tomllib.loads(file.read_text())
    folder = tmp_path / "app"
    Project.create(folder)
    prepare(case, folder)
    if "wheels" in case:
        offer(case["wheels"], tmp_path / "wheels", monkeypatch)
    for name, value in case.get("environment", {}).items():
        monkeypatch.setenv(name, value.format(tmp=tmp_path))
    before = tree(tmp_path)

    status = main([word.format(dir=folder, tmp=tmp_path) for word in case["command"]])

    written = capsys.readouterr()
    wanted = case["message"].format(dir=folder, tmp=tmp_path, any="\0").rstrip("\n") + "\n"
    # Compared as text first: the difference is then shown in full.
    assert written.err == wanted or re.fullmatch(re.escape(wanted).replace("\0", ".+"), written.err)
    assert written.out == ""
    assert status == case.get("status", 2)
    image = folder / "build" / "app.elf"
    after = {path: content for path, content in tree(tmp_path).items() if image.parent not in Path(path).parents}
    assert after == before
    assert image.exists() == case.get("builds", False)


def test_the_folder_is_not_empty() -> None:
    assert CASES
