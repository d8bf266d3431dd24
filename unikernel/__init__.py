"""A library operating system for Python, developed from a notebook.

Nothing heavy is imported before it is used: each public name is looked up at its first use (PEP 562).
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "App": "unikernel.app",
    "Image": "unikernel.build.image",
    "Machine": "unikernel.machine.sync",
    "Plan": "unikernel.plan",
    "PowerCut": "unikernel.machine.power",
    "Project": "unikernel.project",
    "Refusal": "unikernel.errors",
    "Run": "unikernel.machine.run",
    "Stack": "unikernel.stack",
    "UnikernelError": "unikernel.errors",
    "attach": "unikernel.machine.sync",
    "boot": "unikernel.machine.sync",
    "load_ipython_extension": "unikernel.notebook.extension",
    "resolve": "unikernel.plan",
    "unload_ipython_extension": "unikernel.notebook.extension",
}

__version__ = "0.1.0"
__all__ = [*sorted(_HOMES), "build", "devices"]  # noqa: PLE0604 - the names are strings


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in ("build", "devices"):
        return import_module(f"unikernel.{name}")
    message = f"module 'unikernel' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
