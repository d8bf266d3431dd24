"""The Linux guest of the bench, as far as no Linux is booted: its file system, its packages, what it wrote."""

import lzma
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.goals import GOALS
from tests.bench.linux import LinuxGuest, cpio, packages
from tests.bench.linux.boot import meminfo_kib
from tests.bench.linux.guest import written
from tests.bench.linux.libraries import interpreter, needed
from tests.bench.linux.machine import BEGUN, ENDED, Disk, command, numbered
from tests.bench.linux.modules import in_order
from tests.bench.linux.service import plugged
from unikernel.build import apt, cache
from unikernel.devices.network import Forward
from unikernel.errors import MachineError, Refusal, SourceError


def read_back(archive: bytes) -> list[cpio.Entry]:
    """What another reader of the format sees: each record's head, name and content, up to the last record."""
    entries: list[cpio.Entry] = []
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * number : at + 14 + 8 * number], 16) for number in range(13)]
        size, name_size = fields[6], fields[11]
        name = archive[at + 110 : at + 110 + name_size]
        assert name[-1:] == b"\0"
        begins = at + (110 + name_size + 3) // 4 * 4
        if name == b"TRAILER!!!\0":
            assert begins == len(archive)
            return entries
        content = archive[begins : begins + size]
        entries.append(cpio.Entry(name[:-1].decode(), fields[1], content, (fields[9], fields[10])))
        at = begins + (size + 3) // 4 * 4


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 70_000])
def test_an_archive_reads_back(size: int) -> None:
    files = [cpio.file("bin/run", b"r" * size, executable=True), cpio.file("é.py", b"1")]
    entries = read_back(cpio.archive([cpio.character_device("dev/console", 5, 1), *files]))
    assert [entry.name for entry in entries] == ["bin", "bin/run", "dev", "dev/console", "é.py"]
    assert entries[1:] == [
        files[0],
        cpio.folder("dev"),
        cpio.Entry("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1)),
        files[1],
    ]
    assert stat.S_IMODE(entries[1].mode) == 0o755


def test_a_folder_comes_before_what_it_holds() -> None:
    names = [entry.name for entry in read_back(cpio.archive([cpio.file("a/b/c", b""), cpio.file("a-b", b"")]))]
    assert names.index("a") < names.index("a/b") < names.index("a/b/c")


def test_an_archive_is_the_same_in_any_order_and_holds_a_name_once() -> None:
    one, other = cpio.file("a", b"1"), cpio.file("b", b"2")
    assert cpio.archive([one, other]) == cpio.archive([other, one])
    with pytest.raises(ValueError, match="a comes twice"):
        cpio.archive([one, one])


def test_the_kernel_is_the_one_that_the_newest_package_depends_on() -> None:
    shown = "Package: x\nDepends: dracut, linux-image-6.12.117+deb13-cloud-amd64 (= 6.12.117-1)\nDescription: y\n"
    assert packages.kernel_release(shown) == "6.12.117+deb13-cloud-amd64"
    with pytest.raises(SourceError, match="no kernel that it depends on"):
        packages.kernel_release("Depends: linux-image-amd64\n")


@pytest.mark.parametrize("version", ["1.25.0+ds-1", "1.25.0-2", "1:1.25.0~rc1-1", "1.25.0"])
def test_debian_s_additions_to_a_version_are_left_out(version: str) -> None:
    assert packages.upstream_version(f"Package: x\nVersion: {version}\n") == "1.25.0"


def test_what_a_package_needs_is_read_from_apt() -> None:
    listed = "micropython\n  Depends: libc6\n |Depends: a\nlibc6\n  Depends: libgcc-s1\n<virtual>\nlibgcc-s1\nlibc6\n"
    assert packages.closure(listed) == ("micropython", "libc6", "libgcc-s1")


def test_the_newest_kernel_with_our_runtime_is_taken_from_the_cache(tmp_path: Path) -> None:
    assert packages.cached(tmp_path, "1.25.0") is None
    for name in ("6.12.9-cloud_micropython-1.25.0", "6.12.117-cloud_micropython-1.25.0", "6.13.1_micropython-1.24.0"):
        (tmp_path / name).mkdir()
    found = packages.cached(tmp_path, "1.25.0")
    assert found is not None
    assert found.release == "6.12.117-cloud"
    assert found.kernel.parent.parent == tmp_path / "6.12.117-cloud_micropython-1.25.0"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache.root() / packages.PART


@contextmanager
def other_runtime(kind: apt.Kind) -> Iterator[apt.Client]:
    class Client(apt.Client):
        def run(self, *command: str, folder: Path | None = None) -> str:
            return "Version: 0.1-1\n"

    yield Client(Path())


@contextmanager
def no_mirror(kind: apt.Kind) -> Iterator[apt.Client]:
    raise SourceError("apt: no mirror of the distribution is configured on this machine.")
    yield


@pytest.mark.parametrize(
    ("client", "why"),
    [
        (no_mirror, "apt: no mirror of the distribution is configured on this machine"),
        (other_runtime, r"trixie has micropython 0\.1, and an image has 1\.25\.0"),
    ],
)
def test_packages_that_cannot_be_had_are_refused_with_the_cure(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, client: object, why: str
) -> None:
    monkeypatch.setattr(apt, "client", client)
    with pytest.raises(SourceError, match=rf"^linux: .*\({why}\); .* python -m tests\.bench --without-linux\.$"):
        packages.packages()
    assert not any(own_cache.iterdir())


def compiled(folder: Path, source: str, *options: str) -> None:
    (folder / "source.c").write_text(source)
    subprocess.run(["gcc", "source.c", *options], cwd=folder, check=True)


def module(folder: Path, name: str, needs: str) -> None:
    """A module as Debian packs it: an object, its needs in .modinfo, compressed."""
    line = f'__attribute__((section(".modinfo"), used)) static const char needs[] = "depends={needs}";\n'
    compiled(folder, line, "-c", "-o", "module.o")
    (folder / f"{name}.ko.xz").write_bytes(lzma.compress((folder / "module.o").read_bytes()))


def test_modules_come_after_what_they_need(tmp_path: Path) -> None:
    (tmp_path / "modules.builtin").write_text("kernel/drivers/virtio/virtio.ko\n")
    module(tmp_path, "virtio-net", "net_failover,virtio")
    module(tmp_path, "net_failover", "failover")
    module(tmp_path, "failover", "")
    found = in_order(tmp_path, ("virtio_net", "failover", "virtio"))
    assert [each.name for each in found] == ["failover", "net_failover", "virtio_net"]
    assert found[0].content.startswith(b"\x7fELF")
    with pytest.raises(Refusal, match="has no module virtio_moon"):
        in_order(tmp_path, ("virtio_moon",))


def test_libraries_are_found_through_libraries(tmp_path: Path) -> None:
    compiled(tmp_path, "int far(void) { return 0; }\n", "-shared", "-nostdlib", "-o", "libfar.so")
    near = ("-shared", "-nostdlib", "-L.", "-Wl,--no-as-needed", "-lfar", "-o", "libnear.so")
    compiled(tmp_path, "int near(void) { return 0; }\n", *near)
    program = ("-nostdlib", "-L.", "-Wl,--no-as-needed", "-Wl,-rpath-link,.", "-lnear", "-o", "program")
    compiled(tmp_path, "void _start(void) {}\n", *program, "-Wl,--dynamic-linker=/lib/loader.so")
    assert [path.name for path in needed(tmp_path / "program", tmp_path)] == ["libfar.so", "libnear.so"]
    assert interpreter(tmp_path / "program") == "/lib/loader.so"
    (tmp_path / "libfar.so").unlink()
    with pytest.raises(Refusal, match=r"program needs libfar\.so"):
        needed(tmp_path / "program", tmp_path)


def test_what_the_script_wrote_is_told_from_what_linux_wrote() -> None:
    console = f"[ 0.1] a fault\r\n{BEGUN}\r\none\r\n\r\ntwo\r\n{ENDED} 0\r\n[ 2.0] reboot: Power down\r\n"
    assert written(console) == "one\n\ntwo\n"
    assert written(f"{BEGUN}\r\n{ENDED} 0\r\n") == ""


@pytest.mark.parametrize(
    ("console", "said"),
    [
        (f"{BEGUN}\r\nValueError: no\r\n{ENDED} 1\r\n", r"the script ended with 1 \(ValueError: no\)"),
        (
            f"{BEGUN}\r\n[ 2] Kernel panic - init\r\n[ 2] R13: 0\r\n",
            r"its script did not \(\[ 2\] Kernel panic - init\)",
        ),
        ("", "it wrote nothing"),
    ],
)
def test_a_script_that_fails_is_said(console: str, said: str) -> None:
    with pytest.raises(MachineError, match=said):
        written(console)


def test_disks_carry_their_names() -> None:
    disks = numbered([Path("a.img"), Disk(Path("b.img"), "data", "cache=none")])
    assert [disk.name for disk in disks] == ["disk0", "data"]
    whole = " ".join(command(Path("k"), Path("i"), disks, hardware=("-device", "more")))
    assert "file=a.img,cache=writeback -device virtio-blk-pci,drive=disk0,serial=disk0" in whole
    assert "file=b.img,cache=none -device virtio-blk-pci,drive=data,serial=data -device more" in whole


def test_a_guest_that_serves_has_a_nic_and_its_driver() -> None:
    nowhere = packages.Packages(Path(), "", "")
    guest = plugged(LinuxGuest(packages=nowhere), (Forward(8080, 80), Forward(5353, 53, "udp")))
    assert guest.modules == ("virtio_net",)
    forwards = "hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=udp:127.0.0.1:5353-:53"
    assert f"-netdev user,id=net.nic,restrict=off,{forwards} -device virtio-net-pci," in " ".join(guest.hardware)
    assert (
        "tap,id=net.nic,ifname=t0,script=no,downscript=no" in plugged(LinuxGuest(packages=nowhere), tap="t0").hardware
    )


def test_memory_is_read_by_its_name() -> None:
    assert meminfo_kib("MemTotal:  217184 kB\nMemFree:  1 kB\nMemAvailable:   187096 kB\n", "MemAvailable") == 187_096


def test_a_figure_to_compare_with_always_holds() -> None:
    assert GOALS["linux_boot_ratio"].holds(1e9)
    assert not GOALS["boot_ratio"].holds(1e9)
