"""A device in a wheel of its own: built, installed, found by its entry point, compiled, used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import site_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "zero-disk"
UNIKERNEL = Path(sys.executable).with_name("unikernel")
PATIENCE_S = 120
APP = """
import unikernel
disk = unikernel.device("nothing")
block = bytearray(b"x" * 512)
disk.writeblocks(7, block)
disk.readblocks(7, block)
print(disk, disk.ioctl(4, 0), any(block))
"""
TABLE = """
[devices.nothing]
class = "ZeroDisk"
size = 8192
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_of(PACKAGE, tmp_path_factory.mktemp("wheel"))


def unikernel(*arguments: str | Path, site: Path | None, status: int = 0) -> str:
    environment = os.environ | ({"PYTHONPATH": str(site)} if site else {})
    done = subprocess.run(
        [UNIKERNEL, *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def test_a_device_of_a_package_is_built_and_used(installed: Path, tmp_path: Path) -> None:
    project = tmp_path / "app"
    unikernel("new", project, site=None)
    (project / "main.py").write_text(APP)
    with (project / "unikernel.toml").open("a") as file:
        file.write(TABLE)
    assert "ZeroDisk" in unikernel("devices", site=installed)
    assert "<Block nothing> 16 False" in unikernel("boot", project, site=installed)
    assert 'there is no device class "ZeroDisk"' in unikernel("boot", project, site=None, status=2)


def test_a_package_that_cannot_be_loaded_hurts_only_its_own(installed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "site"
    info = broken / "broken-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[unikernel.devices]\nAbsent = absent_module:Absent\n")
    listed = unikernel("devices", site=broken)
    assert "Uart16550" in listed
    assert "Absent: broken cannot load it" in listed
    said = unikernel("devices", "Absent", site=broken, status=2)
    assert "Absent: broken cannot load it (ModuleNotFoundError: No module named 'absent_module')" in said
