"""A project: a folder with ``unikernel.toml`` (the stack) and ``main.py`` (the app)."""

from unikernel.project.project import FILE, HELLO, Project
from unikernel.project.writer import write

__all__ = ["FILE", "HELLO", "Project", "write"]
