"""Source archives: the first origin that has the right bytes, and never a poisoned cache."""

import errno
import fcntl
import hashlib
import io
import os
import tarfile
import threading
from pathlib import Path

import pytest

from unikernel.build import apt, cache, sources
from unikernel.build.archives import Archive
from unikernel.build.unpack import unpack
from unikernel.errors import SourceError


def tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


CONTENT = tar({"thing-1/a.c": b"int a;\n"})
ARCHIVE = Archive(
    name="thing",
    version="1",
    file="thing_1.orig.tar.gz",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    folder="thing-1",
    licence="MIT",
    package="thing",
)


@pytest.fixture(autouse=True)
def origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A cache of its own, a table of one archive, and a distribution that counts who asks."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(sources.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(sources, "accepted", lambda name: (ARCHIVE,) if name == "thing" else ())
    monkeypatch.setattr(sources, "names", lambda: ("thing",))
    asked: list[str] = []

    def fetch(archive: Archive, to: Path) -> None:
        asked.append(archive.file)
        to.write_bytes(CONTENT)

    monkeypatch.setattr(apt, "fetch", fetch)
    return asked


def test_a_tree_is_fetched_once_and_then_found(origins: list[str]) -> None:
    first = sources.tree("thing")
    assert (first.path / "a.c").read_text() == "int a;\n"
    assert sources.tree("thing") == first
    assert origins == ["thing_1.orig.tar.gz"]


def test_an_unpacked_tree_needs_no_archive(origins: list[str]) -> None:
    sources.tree("thing")
    cache.free(("sources",))
    sources.tree("thing")
    assert len(origins) == 1


def test_a_folder_of_the_user_comes_first(tmp_path: Path, origins: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sources.fetch(tmp_path / "brought")
    cache.free()
    monkeypatch.setenv(sources.FOLDER_VARIABLE, str(tmp_path / "brought"))
    sources.tree("thing")
    assert len(origins) == 1


def test_a_wrong_file_in_the_users_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ARCHIVE.file).write_bytes(CONTENT[:-1])
    monkeypatch.setenv(sources.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(SourceError, match=r"thing_1\.orig\.tar\.gz: its SHA-256 is"):
        sources.tree("thing")


def test_a_missing_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sources.FOLDER_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(SourceError, match="UNIKERNEL_SOURCES: there is no folder"):
        sources.tree("thing")


def test_a_damaged_archive_in_the_cache_is_fetched_again(origins: list[str]) -> None:
    sources.tree("thing")
    cache.free(("trees",))
    (cache.root() / "sources" / ARCHIVE.file).write_bytes(b"cut")
    sources.tree("thing")
    assert len(origins) == 2


def test_wrong_bytes_never_reach_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "fetch", lambda archive, to: to.write_bytes(b"poison"))
    with pytest.raises(SourceError, match="its SHA-256 is"):
        sources.tree("thing")
    assert not any((cache.root() / "sources").iterdir())


def test_a_full_disk_is_said_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(archive: Archive, to: Path) -> None:
        to.write_bytes(CONTENT[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(to))

    monkeypatch.setattr(apt, "fetch", full)
    with pytest.raises(SourceError, match="the disk is full"):
        sources.tree("thing")
    assert not any((cache.root() / "sources").iterdir())


def test_no_origin_says_what_each_said_and_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(archive: Archive, to: Path) -> None:
        raise SourceError("apt: the mirror cannot be reached.")

    monkeypatch.setattr(apt, "fetch", gone)
    with pytest.raises(SourceError, match=r"the distribution: apt: the mirror cannot be reached.*unikernel fetch DIR"):
        sources.tree("thing")


def test_two_builds_at_once_fetch_once(origins: list[str]) -> None:
    threads = [threading.Thread(target=sources.tree, args=("thing",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(origins) == 1


def test_a_lock_is_seen_by_other_processes(tmp_path: Path) -> None:
    with cache.locked("thing"), (cache.root() / "stamps" / "thing.lock").open() as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (cache.root() / "stamps" / "thing.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("name", ["../out", "/out"])
def test_nothing_leaves_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.tar.gz").write_bytes(tar({name: b"x"}))
    folder = tmp_path / "deep" / "in"
    folder.mkdir(parents=True)
    with pytest.raises(SourceError, match="outside its folder"):
        unpack(tmp_path / "bad.tar.gz", folder)
    assert not (tmp_path / "deep" / "out").exists()
    assert not Path("/out").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("thing-1/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        archive.addfile(link)
    with pytest.raises(SourceError, match="link is neither a folder nor a file"):
        unpack(tmp_path / "bad.tar.gz", tmp_path / "in")


@pytest.mark.parametrize("content", [CONTENT[:-30], b"no archive", b""])
def test_a_cut_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.tar.gz").write_bytes(content)
    with pytest.raises(SourceError, match="not a whole tar archive"):
        unpack(tmp_path / "bad.tar.gz", tmp_path / "in")


def test_the_table_is_sound() -> None:
    from unikernel.build import archives

    for name in archives.names():
        assert archives.accepted(name)
    for each in archives.ARCHIVES:
        assert len(each.sha256) == 64
        assert each.package or each.upstream
        assert each.licence
    assert len({each.sha256 for each in archives.ARCHIVES}) == len(archives.ARCHIVES)


def test_the_cache_says_what_it_holds_and_frees_it() -> None:
    sources.tree("thing")
    parts = {part.name: part for part in cache.index()}
    assert parts["sources"].files == 1
    assert parts["sources"].bytes == len(CONTENT)
    assert parts["objects"].files == 0
    held = sum(part.bytes for part in cache.index())
    assert cache.free() == held
    assert sum(part.files for part in cache.index()) == 0
