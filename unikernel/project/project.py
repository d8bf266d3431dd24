"""A project's folder: made anew, or read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from unikernel.app import MAIN, App
from unikernel.errors import Refusal
from unikernel.project.reader import Reader, name_of, syntax
from unikernel.project.writer import write
from unikernel.stack import Stack

FILE = "unikernel.toml"
HELLO = 'print("Hello from a unikernel.")\n'


@dataclass(frozen=True)
class Project:
    """A folder and the stack that its ``unikernel.toml`` describes."""

    folder: Path
    stack: Stack

    @property
    def build_folder(self) -> Path:
        """Where its images go."""
        return self.folder / "build"

    @classmethod
    def create(cls, folder: Path | str) -> Project:
        """A new project with the default stack; raises `Refusal` if `folder` exists already or cannot be made."""
        folder = Path(folder)
        stack = Stack.default(name_of(folder)[:64], App.from_text(HELLO))
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise Refusal(f"{folder}: it exists already; name a new folder.") from error
        except OSError as error:
            raise Refusal(
                f"{folder}: it cannot be made ({error.strerror}); name a folder that you may write."
            ) from error
        (folder / MAIN).write_text(HELLO)
        (folder / FILE).write_text(write(stack))
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path | str) -> Project:
        """The project in `folder`; raises `Refusal` with file and line for what is wrong in it."""
        folder = Path(folder)
        path = folder / FILE
        if not folder.exists():
            raise Refusal(f"{folder}: there is no such folder; make a project with unikernel new {folder}.")
        try:
            text = path.read_bytes().decode()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Refusal(f"{folder}: there is no {FILE}; make a project with unikernel new DIR.") from error
        except UnicodeDecodeError as error:
            raise Refusal(f"{path}: it is not UTF-8 at byte {error.start}; save it as UTF-8.") from error
        except OSError as error:
            raise Refusal(f"{path}: it cannot be read ({error.strerror}); mend its rights.") from error
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Refusal(syntax(path, error)) from error
        return cls(folder, Reader(path, text).stack(data, folder))
