"""Real servers of the distribution, on loopback, for templates that are clients: each context gives its port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 30
LOOPBACK: Final = "127.0.0.1"
NOBODY: Final = "nobody"
CURE: Final = "make test installs it; by hand, tools/system-packages tests does"
POSTGRES: Final = "/usr/lib/postgresql"
PAGE: Final = "<h1>Hello from the host.</h1>\n"


@contextlib.contextmanager
def nobody() -> Iterator[int]:
    """No server at all."""
    yield 0


@contextlib.contextmanager
def http() -> Iterator[int]:
    """Python's own server of files, with one page."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text(PAGE)
        command = (sys.executable, "-m", "http.server", str(port), "--bind", LOOPBACK, "--directory", folder)
        with running(port, command, Path(folder)):
            yield port


@contextlib.contextmanager
def mosquitto() -> Iterator[int]:
    """An MQTT broker, which knows nobody and takes everybody."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "mosquitto.conf")
        settings.write_text(f"listener {port} {LOOPBACK}\nallow_anonymous true\npersistence false\n")
        with running(port, ("mosquitto", "-c", str(settings)), Path(folder)):
            yield port


@contextlib.contextmanager
def postgresql() -> Iterator[int]:
    """A server of its own, for the user ada with the password lovelace."""
    found = sorted(Path(POSTGRES).glob("*/bin/postgres"))
    assert found, f"postgresql is missing below {POSTGRES}: {CURE}"
    programs = found[-1].parent
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        data, password = Path(folder, "data"), Path(folder, "password")
        password.write_text("lovelace\n")
        for path in (Path(folder), password):
            _give_away(path)
        make = ("initdb", "-U", "ada", f"--pwfile={password}", "-A", "scram-sha-256", "--no-sync", "-D", str(data))
        called([str(programs / make[0]), *make[1:]])
        server = (str(programs / "postgres"), "-D", str(data), "-F", "-p", str(port), "-h", LOOPBACK, "-k", folder)
        with running(port, server, Path(folder), user=_user()):
            yield port


PEERS: Final[dict[str, Callable[[], AbstractContextManager[int]]]] = {
    "": nobody,
    "http": http,
    "mosquitto": mosquitto,
    "postgresql": postgresql,
}
"""By the name that a template.toml gives."""


def free_port() -> int:
    """One of loopback's that nobody has now."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        port: int = found.getsockname()[1]
        return port


def path() -> str:
    """Where programs are, those of administrators included."""
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


def called(command: list[str]) -> None:
    """Runs a command to its end, as somebody whom PostgreSQL lets."""
    result = subprocess.run(
        command, user=_user(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False
    )
    assert result.returncode == 0, result.stdout.decode(errors="replace")


@contextlib.contextmanager
def running(port: int, command: tuple[str, ...], folder: Path, user: str | None = None) -> Iterator[None]:
    """Runs a server, once it can be reached at its port; it ends with the block."""
    program = shutil.which(command[0], path=path())
    assert program, f"{command[0]} is missing: {CURE}"
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen([program, *command[1:]], stdout=output, stderr=subprocess.STDOUT, cwd="/", user=user)
        try:
            _until_open(port, process, log)
            yield
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens at {port}: {log.read_text()}")


def _user() -> str | None:
    """Root gives way: PostgreSQL does not run as root."""
    return None if os.getuid() else NOBODY


def _give_away(path: Path) -> None:
    if not os.getuid():
        os.chown(path, pwd.getpwnam(NOBODY).pw_uid, -1)
