"""The names that others may use, pinned: one more or one less is a decision, told in changes/."""

from __future__ import annotations

import subprocess
import sys

import unikernel
from unikernel.cli.main import VERBS

NAMES = {
    "App",
    "Image",
    "Machine",
    "Plan",
    "PowerCut",
    "Project",
    "Refusal",
    "Run",
    "Stack",
    "UnikernelError",
    "attach",
    "boot",
    "build",
    "devices",
    "load_ipython_extension",
    "resolve",
    "unload_ipython_extension",
}
DEVICES = {
    "BothIps",
    "DhcpIp",
    "DnsResolver",
    "EncryptedBlock",
    "FatFs",
    "GitFiles",
    "HostControl",
    "Ipv6",
    "LittleFs",
    "LittleKv",
    "Log",
    "MbedTls",
    "Loopback",
    "MdnsResponder",
    "Metrics",
    "MockClock",
    "NtpClient",
    "RamDisk",
    "RawIo",
    "RawMemory",
    "Rdrand",
    "Repl",
    "RomFiles",
    "RomKv",
    "StaticIp",
    "Syslog",
    "TcpSockets",
    "TscClock",
    "Uart16550",
    "UdpSockets",
    "VirtioBlock",
    "VirtioConsole",
    "VirtioEntropy",
    "VirtioNet",
    "Watchdog",
}
VERBS_PINNED = (
    *("new", "build", "boot", "describe", "devices", "check", "footprint"),
    *("plot", "console", "capture", "ps", "stop", "doctor", "fetch", "clean"),
)


def test_the_packages_names() -> None:
    assert set(unikernel.__all__) == NAMES
    assert all(hasattr(unikernel, name) for name in NAMES)


def test_the_devices() -> None:
    assert set(unikernel.devices.CATALOGUE) == DEVICES


def test_the_verbs() -> None:
    assert tuple(VERBS) == VERBS_PINNED


def test_each_verb_explains_itself() -> None:
    for verb in VERBS:
        command = [sys.executable, "-m", "unikernel.cli.main", verb, "--help"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0
        assert f"usage: unikernel {verb}" in result.stdout
