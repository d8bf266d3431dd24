"""From a plan to an image: sources, toolchain, components, app, tables, link.

``unikernel.build.build(stack)`` is the whole room; its names are looked up at their first use, so that reading an
image loads no compiler.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unikernel.build.image import Image, build
    from unikernel.build.manifest import Manifest
    from unikernel.build.sources import fetch
    from unikernel.build.step import Progress, Step

_HOMES = {
    "Image": "image",
    "Manifest": "manifest",
    "Progress": "step",
    "Step": "step",
    "build": "image",
    "fetch": "sources",
}

__all__ = ["Image", "Manifest", "Progress", "Step", "build", "fetch"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"unikernel.build.{_HOMES[name]}"), name)
    message = f"module 'unikernel.build' has no attribute {name!r}"
    raise AttributeError(message)


class _Package(ModuleType):
    """The package is called as the verb it is named for: ``from unikernel import build; image = build(stack)``."""

    def __call__(self, *arguments: Any, **options: Any) -> Image:
        """As `unikernel.build.image.build`."""
        made: Image = import_module("unikernel.build.image").build(*arguments, **options)
        return made


sys.modules[__name__].__class__ = _Package
