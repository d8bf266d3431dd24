"""The form of one device, or of the app: its name, whom it requires, its parameters; made from the class's own
fields.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from unikernel.devices import Device, Parameter, Requirement, Value
from unikernel.devices.app_requirements import APP, APP_REQUIREMENTS
from unikernel.notebook.widgets.parameter_row import ParameterRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from unikernel.stack import Stack

PLAN = "by the plan"


class DeviceForm(ipywidgets.VBox):
    """Tells `change(device, field, value)`, `say(device, parameter, value, opened)`, `select(name)` and `remove(name)`.

    A field is a requirement, whose value is a device or None, or the ``name``. Fields and rows stay the same widgets as
    long as the same device is shown, so that the keyboard keeps its place.
    """

    def __init__(
        self,
        change: Callable[[str, str, Any], None],
        say: Callable[[str, str, Value, bool], None],
        select: Callable[[str], None],
        remove: Callable[[str], None],
    ) -> None:
        """Nothing is shown yet."""
        self._change, self._say = change, say
        self._showing = False
        self._shown: tuple[object, ...] = ()
        self._owner = APP
        self._stack: Stack | None = None
        self._fields: dict[str, ipywidgets.ValueWidget] = {}
        self._hints: dict[str, ipywidgets.HTML] = {}
        self._rows: dict[str, ParameterRow] = {}
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
        shown = (owner, *map(_kind, _parameters(stack, device)), type(device))
        if self._shown != shown:
            self._build(stack, device)
            self._shown = shown
        self._fill(stack, device, fault)
        self._fill_rows(stack, device)
        self._showing = False

    def renamed(self, owner: str) -> None:
        """The same device has another name now: its fields stay."""
        self._shown = (owner, *self._shown[1:])

    def _build(self, stack: Stack, device: Device | None) -> None:
        needs: Sequence[Requirement] = APP_REQUIREMENTS if device is None else device.requirements()
        self._fields, self._hints = {}, {}
        if device is not None:
            self._fields["name"] = ipywidgets.Text(description="name", continuous_update=False)
        self._fields |= {need.field: ipywidgets.Dropdown(description=need.field) for need in needs}
        always = () if device is None else device.always_open
        self._rows = {
            each.name: ParameterRow(each, self._said, always_open=each.name in always)
            for each in _parameters(stack, device)
        }
        children: list[ipywidgets.Widget] = [self._choice, self._about]
        for name, field in self._fields.items():
            self._hints[name] = ipywidgets.HTML()
            field.observe(lambda event, name=name: self._changed(name, event.new), "value")
            children.append(ipywidgets.VBox([field, self._hints[name]]))
        if self._rows:
            heading = ipywidgets.HTML('<div class="ukc-group">parameters</div>')
            heading.add_class("ukc-heading")
            children += [heading, *self._rows.values()]
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

    def _fill_rows(self, stack: Stack, device: Device | None) -> None:
        for each in _parameters(stack, device):
            row = self._rows[each.name]
            if device is None:
                row.show(each, each.name, each.default, opened=each.open)
            else:
                row.show(
                    each, f"{device.name}.{each.name}", getattr(device, each.name), opened=each.name in device.open
                )

    def _hint(self, name: str, text: str, *, bad: bool = False) -> None:
        self._hints[name].value = f'<div class="ukc-hint{" ukc-fault" if bad else ""}">{escape(text)}</div>'

    def _changed(self, name: str, value: Any) -> None:
        if self._showing or self._stack is None:
            return
        needs = APP_REQUIREMENTS if self._owner == APP else self._stack[self._owner].requirements()
        if name in {need.field for need in needs}:
            value = self._stack[value] if value else None
        self._change(self._owner, name, value)

    def _said(self, name: str, value: Value, opened: bool) -> None:  # noqa: FBT001 - a switch is a bool
        self._say(self._owner, name, value, opened)


def _parameters(stack: Stack, device: Device | None) -> tuple[Parameter, ...]:
    """Those of a device's class, or the app's own."""
    return stack.app_parameters if device is None else device.parameters()


def _kind(parameter: Parameter) -> Parameter:
    """What decides which widgets a row has."""
    return replace(parameter, default=0, open=False, text="")
