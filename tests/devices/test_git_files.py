"""GitFiles: the image has what was committed, says of which commit, and refuses what it cannot hold."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from unikernel.app import App
from unikernel.build import git
from unikernel.build.image import build
from unikernel.devices import OPEN, GitFiles
from unikernel.errors import Refusal
from unikernel.machine.boot import boot
from unikernel.project import Project
from unikernel.stack import Stack

PATIENCE_S = 30
WHO = {f"GIT_{role}_{key}": "nobody" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


def run(folder: Path, *words: str) -> str:
    environment = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    run(folder, "add", "-A")
    run(folder, "commit", "-q", "-m", message)
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A repository of two commits: v1 is a tag of the first, main is at the second."""
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    run(folder, "init", "-q", "-b", "main")
    (folder / "page").write_text("old")
    (folder / "deep/bytes").write_bytes(bytes(range(256)))
    commit(folder, "First.")
    run(folder, "tag", "v1")
    (folder / "page").write_text("new")
    commit(folder, "Second.")
    (folder / "page").write_text("not committed")
    return folder


def device(**parameters: str) -> GitFiles:
    return GitFiles(name="site", repository="site", **parameters)


@pytest.mark.parametrize(
    ("reference", "page"), [("v1", b"old"), ("main", b"new"), ("HEAD~1", b"old"), ("HEAD", b"new")]
)
def test_a_reference_is_the_tree_of_its_commit(site: Path, reference: str, page: bytes) -> None:
    tree = git.tree(device(reference=reference), site.parent)
    assert tree.commit == run(site, "rev-parse", f"{reference}^{{commit}}")
    assert tree.files == {"page": page, "deep/bytes": bytes(range(256))}


def test_an_annotated_tag_is_its_commit(site: Path) -> None:
    run(site, "tag", "-a", "-m", "Told.", "told", "v1")
    assert git.tree(device(reference="told"), site.parent).commit == run(site, "rev-parse", "v1")


@pytest.mark.parametrize("reference", ["nothing", "--all", "main:page"])
def test_a_reference_that_is_no_commit_is_refused(site: Path, reference: str) -> None:
    with pytest.raises(Refusal, match=f'site has no commit "{reference}"; name a branch, a tag or a commit'):
        git.tree(device(reference=reference), site.parent)


def test_a_repository_around_the_folder_is_not_taken_for_it(site: Path) -> None:
    with pytest.raises(Refusal, match="deep is no git repository; make it one"):
        git.tree(GitFiles(repository="deep"), site)


def test_a_link_another_repository_and_an_odd_name_are_refused(site: Path) -> None:
    (site / "link").symlink_to("page")
    commit(site, "Link.")
    with pytest.raises(Refusal, match=r"site \(GitFiles\): link is a link, which no image can hold"):
        git.tree(device(), site.parent)
    run(site, "rm", "-q", "link")
    run(site, "update-index", "--add", "--cacheinfo", f"160000,{run(site, 'rev-parse', 'v1')},other")
    run(site, "commit", "-q", "-m", "Submodule.")
    with pytest.raises(Refusal, match="other is another repository, which no image can hold"):
        git.tree(device(), site.parent)
    (site / "grün").write_text("")
    run(site, "rm", "-q", "--cached", "other")
    commit(site, "Name.")
    with pytest.raises(Refusal, match="the name 'grün' is not plain ASCII"):
        git.tree(device(), site.parent)


def test_git_must_be_there(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refusal, match="git does not start"):
        git.tree(device(), site.parent)


def test_what_is_read_at_build_cannot_be_left_open() -> None:
    for name in ("repository", "reference"):
        with pytest.raises(Refusal, match=f"{name} is read when the image is built; give it a value"):
            GitFiles(**{name: OPEN})


async def test_the_machine_has_the_tree_and_the_manifest_its_commit(site: Path) -> None:
    project = Project.create(site.parent / "project")
    (site.parent / "project/main.py").write_text(
        "import os\n"
        "print(sorted(os.listdir('/old')), open('/old/page').read(), open('/new/page').read())\n"
        "print(open('/new/deep/bytes', 'rb').read() == bytes(range(256)))\n"
        "try: open('/old/page', 'w')\n"
        "except OSError as error: print('refused', error.errno)\n"
    )
    devices = (
        GitFiles(name="old", repository="../site", reference="v1", mount_point="/old"),
        GitFiles(name="new", repository="../site", mount_point="/new"),
    )
    image = build(Stack("git", App.from_folder(project.folder), devices), into=site.parent / "build")
    run_of = await (await boot(image, timeout_s=PATIENCE_S)).wait()
    assert run_of.transcript.text.splitlines() == ["['deep', 'page'] old new", "True", "refused 30"]
    versions = {each.name: each.version for each in image.manifest.components}
    assert (versions["old"], versions["new"]) == (run(site, "rev-parse", "v1"), run(site, "rev-parse", "main"))
    assert sum(each.bytes for each in image.footprint.components) == image.bytes


def test_a_commit_makes_another_image(site: Path) -> None:
    stack = Stack("git", App({"main.py": b""}, site.parent), (device(),))
    first = build(stack, into=site.parent / "build").sha256
    assert build(stack, into=site.parent / "build").sha256 == first
    commit(site, "Third.")
    assert build(stack, into=site.parent / "build").sha256 != first


def test_the_repository_is_no_part_of_the_app(site: Path) -> None:
    (site.parent / "main.py").write_text("")
    (site.parent / "unikernel.toml").write_text('[devices.site]\nclass = "GitFiles"\nrepository = "site"\n')
    assert set(Project.load(site.parent).stack.app.files) == {"main.py"}


def test_a_file_of_the_same_name_is_refused(site: Path) -> None:
    stack = Stack("git", App({"main.py": b"", "site.romfs": b""}, site.parent), (device(),))
    with pytest.raises(Refusal, match=r"site\.romfs: a device puts a file of that name into the image"):
        build(stack, into=site.parent / "build")
