"""Every template of the gallery: it builds, and its machine answers what its template.toml says, boot by boot."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.gallery.exercise import answered, exercise, said
from unikernel.build.image import build
from unikernel.check import check
from unikernel.cli.main import main
from unikernel.errors import Refusal
from unikernel.stack import Stack
from unikernel.template import FILE, Ask, Template, template_named, templates

ROOT = Path(__file__).parents[2]
SUBJECTS = {
    "app-info",
    "block-device",
    "clock",
    "crypto",
    "disk-lottery",
    "git-tree",
    "heads-and-tails",
    "hello",
    "hello-parameter",
    "littlefs",
    "local-library",
    "noop",
    "read-only-kv",
    "settings",
    "storage",
    "two-timeouts",
    "vault",
    "echo-server",
    "tcp-listener",
    "tls-server",
    "web-tls",
    "static-site-tls",
    "http-fetch",
    "mqtt",
    "postgresql",
    "dhcp-server",
    "dns-server",
    "ping6",
    "web",
}


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machines are listed apart from those of whoever runs the tests."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))


@pytest.mark.parametrize("template", templates(), ids=lambda each: each.name)
def test_a_template_gives_its_answer(template: Template, tmp_path: Path) -> None:
    project = template.make(tmp_path / template.name)
    image = build(project.stack, into=project.build_folder)
    for expected in template.boots:
        exercise(image, project.folder, expected)


def test_the_gallery_has_every_subject() -> None:
    assert {each.name for each in templates()} == SUBJECTS


@pytest.mark.parametrize("template", templates(), ids=lambda each: each.name)
def test_a_template_can_be_read_by_a_learner(template: Template) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", template.name)
    assert len(template.summary.split()) >= 3
    assert template.boots
    source = template.files["main.py"].decode()
    assert source.startswith('"""')
    assert max(map(len, source.splitlines())) <= 120


def test_a_template_makes_what_it_shows_and_no_more(tmp_path: Path) -> None:
    project = template_named("storage", "here").make(tmp_path / "mine")
    assert isinstance(project.stack, Stack)
    assert project.stack.name == "mine"
    assert {path.name for path in project.folder.iterdir()} == {"main.py", "unikernel.toml"}


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="it exists already"):
        template_named("storage", "here").make(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_does_not_come_is_told() -> None:
    answered(["boot 1", "more", "boot 2"], ("boot 1", r"boot \d"))
    with pytest.raises(AssertionError, match="no line 'boot 3'"):
        answered(["boot 1", "boot 3 or so"], ("boot 1", "boot 3"))


def test_ports_stand_in_a_command(tmp_path: Path) -> None:
    ask = Ask("sh -c 'cat; echo {80} {53/udp} {peer}'", (), send="at {80}\n")
    assert said(tmp_path, ask, {"80": "8080", "53/udp": "5353", "peer": "1883"}) == ["at 8080", "8080 5353 1883"]


def test_a_command_runs_in_the_project(tmp_path: Path) -> None:
    (tmp_path / "certificate.pem").write_text("mine\n")
    assert said(tmp_path, Ask("cat certificate.pem", ()), {}) == ["mine"]


@pytest.mark.parametrize(
    ("run", "fault"), [("false", "false: status 1"), ("no-such-program", "no-such-program is missing: make test")]
)
def test_a_command_that_fails_is_told(run: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=fault):
        said(tmp_path, Ask(run, ()), {})


def test_an_answer_to_a_command_is_held_to_its_words(tmp_path: Path) -> None:
    template = template_named("tcp-listener", "here")
    project = template.make(tmp_path / "made")
    image = build(project.stack, into=project.build_folder)
    (boot,) = template.boots
    with pytest.raises(AssertionError, match="no line 'nobody says this'"):
        exercise(image, project.folder, replace(boot, ask=(replace(boot.ask[0], answer=("nobody says this",)),)))


def test_the_list_has_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [[each.name, each.summary] for each in templates()]


def test_the_command_makes_a_template(tmp_path: Path) -> None:
    assert main(["new", "--template", "noop", str(tmp_path / "made")]) == 0
    assert (tmp_path / "made/main.py").read_bytes() == template_named("noop", "here").files["main.py"]


@pytest.mark.parametrize("template", templates(), ids=lambda each: each.name)
def test_a_check_finds_nothing_in_a_template(template: Template, tmp_path: Path) -> None:
    assert check(template.make(tmp_path / template.name).stack).findings == ()


def test_the_wheel_carries_every_template(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for template in templates():
        assert {f"unikernel/templates/{template.name}/{name}" for name in (FILE, *template.files)} <= packed
