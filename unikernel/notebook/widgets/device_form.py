"""The form of one device, or of the app: its name, whom it requires, its parameters; made from the class's own
fields.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from unikernel.devices import Device, Parameter, Requirement
from unikernel.plan import APP, APP_REQUIREMENTS
from unikernel.stack import toml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from unikernel.stack import Stack

PLAN = "by the plan"


class DeviceForm(ipywidgets.VBox):
    """Tells `change(device, field, value)`, `select(name)` and `remove(name)`.

    A requirement's value is a device or None; ``name`` is a field too. The fields stay the same widgets as long as the
    same device is shown, so that the keyboard keeps its place.
    """

    def __init__(
        self,
        change: Callable[[str, str, Any], None],
        select: Callable[[str], None],
        remove: Callable[[str], None],
    ) -> None:
        """Nothing is shown yet."""
        self._change = change
        self._showing = False
        self._shown: tuple[str, type] | None = None
        self._owner = APP
        self._stack: Stack | None = None
        self._fields: dict[str, ipywidgets.ValueWidget] = {}
        self._hints: dict[str, ipywidgets.HTML] = {}
        self._choice = ipywidgets.Dropdown(description="device")
        self._choice.observe(lambda event: None if self._showing else select(event.new), "value")
        self._about = ipywidgets.HTML()
        self._remove = ipywidgets.Button(description="Remove", layout={"align_self": "flex-start"})
        self._remove.on_click(lambda _: remove(self._owner))
        super().__init__()
        self.add_class("ukc-form")

    def show(self, stack: Stack, owner: str, fault: str) -> None:
        """Shows `owner`, a device's name or ``app``; `fault` is the field that the problem is about, or empty."""
        self._showing = True
        self._stack, self._owner = stack, owner
        self._choice.options = [
            ("main.py", APP),
            *((d.name, d.name) for d in stack.devices),
        ]
        self._choice.value = owner
        device = None if owner == APP else stack[owner]
        if self._shown != (owner, type(device)):
            self._build(device)
            self._shown = (owner, type(device))
        self._fill(stack, device, fault)
        self._showing = False

    def renamed(self, owner: str, device: Device) -> None:
        """The same device has another name now: its fields stay."""
        self._shown = (owner, type(device))

    def _build(self, device: Device | None) -> None:
        needs: Sequence[Requirement] = APP_REQUIREMENTS if device is None else device.requirements()
        self._fields, self._hints = {}, {}
        if device is not None:
            self._fields["name"] = ipywidgets.Text(description="name", continuous_update=False)
        self._fields |= {need.field: ipywidgets.Dropdown(description=need.field) for need in needs}
        for each in _shown(device):
            self._fields[each.name] = _field(each)
        children: list[ipywidgets.Widget] = [self._choice, self._about]
        for name, field in self._fields.items():
            self._hints[name] = ipywidgets.HTML()
            field.observe(lambda event, name=name: self._changed(name, event.new), "value")
            children.append(ipywidgets.VBox([field, self._hints[name]]))
        if device is not None:
            children.append(self._remove)
        self.children = children

    def _fill(self, stack: Stack, device: Device | None, fault: str) -> None:
        summary = "What the app itself uses." if device is None else type(device).summary()
        kind = "the app" if device is None else type(device).__name__
        about = escape(summary.replace("``", ""))
        self._about.value = f'<div class="ukc-about"><span>{kind}</span> {about}</div>'
        if device is not None:
            self._fields["name"].value = device.name
        for need in APP_REQUIREMENTS if device is None else device.requirements():
            able = [each for each in stack.devices if isinstance(each, need.interface) and each != device]
            given = stack.uses.get(need.field) if device is None else getattr(getattr(device, need.field), "name", None)
            first = "choose…" if len(able) > 1 and given is None else PLAN
            field = self._fields[need.field]
            field.options = [(first, ""), *((each.name, each.name) for each in able)]
            field.value = given or ""
            wanted = f"requires {need.interface.__name__}" + (", if there is one" if need.optional else "")
            self._hint(need.field, wanted, bad=need.field == fault)
        for each in _shown(device):
            value = getattr(device, each.name)
            self._fields[each.name].value = value
            changed = f"; changed, default {toml(each.default)}" if value != each.default else ""
            unit = f", {each.unit}" if each.unit else ""
            opened = "; open: the boot may set it" if device is not None and each.name in device.open else ""
            self._hint(each.name, f"{each.text}{unit}{changed}{opened}")

    def _hint(self, name: str, text: str, *, bad: bool = False) -> None:
        self._hints[name].value = f'<div class="ukc-hint{" ukc-fault" if bad else ""}">{escape(text)}</div>'

    def _changed(self, name: str, value: Any) -> None:
        if self._showing or self._stack is None:
            return
        needs = APP_REQUIREMENTS if self._owner == APP else self._stack[self._owner].requirements()
        if name in {need.field for need in needs}:
            value = self._stack[value] if value else None
        self._change(self._owner, name, value)


def _shown(device: Device | None) -> tuple[Parameter, ...]:
    """The parameters that have a field: a secret is the boot's alone."""
    return () if device is None else tuple(each for each in device.parameters() if not each.secret_bytes)


def _field(parameter: Parameter) -> ipywidgets.ValueWidget:
    """The widget that fits a parameter's type."""
    if parameter.type is bool:
        return ipywidgets.Checkbox(description=parameter.name, indent=False)
    if parameter.choices:
        return ipywidgets.Dropdown(description=parameter.name, options=parameter.choices)
    if parameter.type is int:
        return ipywidgets.IntText(description=parameter.name, continuous_update=False)
    return ipywidgets.Text(description=parameter.name, continuous_update=False)
