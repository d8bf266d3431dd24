"""Running compilers side by side, and leaving none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unikernel.errors import Refusal


class Stopped(Exception):
    """Raised in a job that was cut short because the build stops."""


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    status: int
    output: bytes
    errors: str


class Jobs:
    """The processes of one build, each in a process group of its own; at most one a processor runs."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Every process gets `environment` and nothing else."""
        self.count = os.cpu_count() or 1
        self._environment = dict(environment)
        self._free = threading.BoundedSemaphore(self.count)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, command: Sequence[str], cwd: Path | None = None) -> Done:
        """Runs one process to its end.

        Raises `Stopped` when the build stops meanwhile, `Refusal` when it cannot start.
        """
        with self._free:
            with self._lock:
                if self._stopped:
                    raise Stopped
                process = self._start(command, cwd)
                self._running.add(process)
            try:
                output, errors = process.communicate()
            except BaseException:
                self._kill(process)
                process.wait()
                raise
            finally:
                with self._lock:
                    self._running.discard(process)
        if self._stopped:
            raise Stopped
        return Done(process.returncode, output, errors.decode("utf-8", "replace"))

    def stop(self) -> None:
        """Ends what runs, and lets nothing start any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                self._kill(process)

    def _start(self, command: Sequence[str], cwd: Path | None) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command,
                cwd=cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise Refusal(f"{command[0]}: it does not start ({(error.strerror or '').lower()}).") from error

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
