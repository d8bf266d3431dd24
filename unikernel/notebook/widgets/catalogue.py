"""The catalogue: each device class under what it provides, ticked where the stack has it, and a button for one more."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets

from unikernel.devices import CATALOGUE, Device

if TYPE_CHECKING:
    from collections.abc import Callable

    from unikernel.stack import Stack


class Catalogue(ipywidgets.VBox):
    """Tells `tick(class, on)` and `more(class)`; `show` says what the stack has and what the plan adds."""

    def __init__(self, tick: Callable[[type[Device], bool], None], more: Callable[[type[Device]], None]) -> None:
        """Every class that is installed."""
        self._boxes: dict[str, ipywidgets.Checkbox] = {}
        self._buttons: dict[str, ipywidgets.Button] = {}
        self._showing = False
        self._tick, self._more = tick, more
        children: list[ipywidgets.Widget] = []
        last = ""
        for name, cls in CATALOGUE.items():
            group = ", ".join(each.__name__ for each in cls.provides()) or "other"
            if group != last:
                children.append(ipywidgets.HTML(f'<div class="ukc-group">{escape(group)}</div>'))
                last = group
            children.append(self._row(name, cls))
        super().__init__(children)
        self.add_class("ukc-catalogue")

    def show(self, stack: Stack, added: frozenset[str]) -> None:
        """Ticks what `stack` has; `added` are the classes that the plan adds by itself."""
        self._showing = True
        for name, box in self._boxes.items():
            count = sum(type(each).__name__ == name for each in stack.devices)
            box.value = count > 0
            box.description = name + (f" ×{count}" if count > 1 else " (filled)" if name in added else "")
            (box.add_class if count else box.remove_class)("ukc-on")
            self._buttons[name].layout.display = "" if count else "none"
        self._showing = False

    def _row(self, name: str, cls: type[Device]) -> ipywidgets.HBox:
        box = ipywidgets.Checkbox(description=name, indent=False, tooltip=cls.summary())
        button = ipywidgets.Button(description="+", tooltip=f"Add another {name}")
        box.observe(lambda change: None if self._showing else self._tick(cls, change.new), "value")
        button.on_click(lambda _: self._more(cls))
        button.add_class("ukc-quiet")
        self._boxes[name], self._buttons[name] = box, button
        row = ipywidgets.HBox([box, button])
        row.add_class("ukc-row")
        return row
