"""A switch between two states, each with its word."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import anywidget
import traitlets

from unikernel.errors import Refusal

STATIC: Final = Path(__file__).parent.parent / "static"


class Switch(anywidget.AnyWidget):
    """Off or on, by click, Space or Enter; `name` says of what, to who cannot see beside what it stands."""

    name = traitlets.Unicode().tag(sync=True)
    value = traitlets.Bool(default_value=False).tag(sync=True)
    off = traitlets.Unicode().tag(sync=True)
    on = traitlets.Unicode().tag(sync=True)

    def __init__(self, name: str, off: str, on: str) -> None:
        """Off, with the words of both states. Raises `Refusal` where the front end was not built."""
        self._esm = _module()
        super().__init__(name=name, off=off, on=on)


@cache
def _module() -> str:
    try:
        return (STATIC / "switch.js").read_text(encoding="utf-8")
    except OSError:
        raise Refusal("composer: the notebook's front end is not built; run make setup.") from None
