"""A parameter's row in a form: its name, whether it is fixed or left open for the boot, its value, a line about it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import ipywidgets

from unikernel.devices.parameter import BYTES
from unikernel.notebook.widgets.switch import Switch
from unikernel.stack import toml

if TYPE_CHECKING:
    from collections.abc import Callable

    from unikernel.devices import Parameter, Value

FIXED: Final = "fixed at build"
OPEN: Final = "open: given at boot"
SECRET: Final = "a secret: given at boot"  # noqa: S105 - a word, no secret


class ParameterRow(ipywidgets.VBox):
    """Tells `say(name, value, opened)`: a value, as a person writes it, and whether the boot may give another.

    What must be fixed, or is always open, has no switch, and a secret, which only the boot knows, no field either: words
    say it.
    """

    def __init__(
        self, parameter: Parameter, say: Callable[[str, Value, bool], None], *, always_open: bool = False
    ) -> None:
        """Shows nothing yet."""
        self._parameter = parameter
        self._say = say
        self._value = parameter.default
        self._showing = False
        words = SECRET if parameter.secret_bytes else OPEN if always_open else FIXED if parameter.at_build else ""
        self.switch = None if words else Switch(parameter.name, FIXED, OPEN)
        self.field = None if parameter.secret_bytes else _field(parameter)
        self.hint = ipywidgets.HTML()
        if self.switch:
            self.switch.observe(lambda event: self._changed(self._value, opened=event.new), "value")
        if self.field:
            self.field.observe(lambda event: self._changed(event.new, opened=self._opened), "value")
        state = self.switch or ipywidgets.HTML(f'<div class="ukc-state">{words}</div>')
        name = ipywidgets.HTML(f'<div class="widget-label">{escape(parameter.name)}</div>')
        super().__init__([self.field or name, state, self.hint])
        self.add_class("ukc-parameter")

    def show(self, parameter: Parameter, key: str, value: Value, *, opened: bool) -> None:
        """Shows what the stack has; `key` is how a boot names the parameter, which is of the same kind as before."""
        self._showing = True
        self._parameter, self._value = parameter, value
        if self.field:
            self.field.value = str(self._written(value)) if isinstance(self.field, ipywidgets.Text) else value
        if self.switch:
            self.switch.value = opened
        self.hint.value = f'<div class="ukc-hint">{"; ".join(self._about(key, value, opened=opened))}</div>'
        self._showing = False

    @property
    def _opened(self) -> bool:
        return self.switch is not None and self.switch.value

    def _changed(self, value: Value, *, opened: bool) -> None:
        if not self._showing:
            self._say(self._parameter.name, value, opened)

    def _about(self, key: str, value: Value, *, opened: bool) -> list[str]:
        """In HTML."""
        each = self._parameter
        unit = f", {each.unit}" if each.unit not in ("", BYTES) else ""  # A size says it itself.
        parts = [escape(f"{each.text}{unit}")] if each.text else []
        if each.secret_bytes:
            return [*parts, f"<code>boot --secret {key}=FILE</code>"]
        if opened:
            return [*parts, f"default {self._plain(value)}", f"<code>boot --set {key}=…</code>"]
        return [*parts, *([f"changed, default {self._plain(each.default)}"] if value != each.default else [])]

    def _plain(self, value: Value) -> str:
        """As a sentence has it: a text in quotes."""
        return escape(toml(value) if self._parameter.type is not int else str(self._written(value)), quote=False)

    def _written(self, value: Value) -> Value:
        return self._parameter.written(value)


def _field(parameter: Parameter) -> ipywidgets.ValueWidget:
    """The widget that fits a parameter's type; a size is a text, as people write it."""
    if parameter.type is bool:
        return ipywidgets.Checkbox(description=parameter.name, indent=False)
    if parameter.choices:
        return ipywidgets.Dropdown(description=parameter.name, options=parameter.choices)
    if parameter.type is int and parameter.unit != BYTES:
        return ipywidgets.IntText(description=parameter.name, continuous_update=False)
    return ipywidgets.Text(description=parameter.name, continuous_update=False)
