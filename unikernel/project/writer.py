"""A stack as the ``unikernel.toml`` of a project."""

from __future__ import annotations

from unikernel.devices import Device, Parameter, app_parameter
from unikernel.stack import Stack, setting, toml
from unikernel.units import exact_memory


def write(stack: Stack) -> str:
    """The ``unikernel.toml`` of `stack`."""
    lines = [
        f"name = {toml(stack.name)}",
        f"target = {toml(stack.target)}",
        f'memory = "{exact_memory(stack.memory_bytes)}"',
    ]
    if stack.packages:
        lines += [f"packages = [{', '.join(map(toml, stack.packages))}]"]
    if stack.uses:
        lines += ["", "[app]", *(f"{key} = {toml(value)}" for key, value in stack.uses.items())]
    if stack.parameters:
        lines += ["", "[parameters]", *(f"{each.name} = {_declaration(each)}" for each in stack.app_parameters)]
    for device in stack.devices:
        lines += ["", f"[devices.{device.name}]", f'class = "{type(device).__name__}"']
        for need in device.requirements():
            given = getattr(device, need.field)
            if isinstance(given, Device):
                lines.append(f"{need.field} = {toml(given.name)}")
        lines += [
            f"{each.name} = {setting(each, getattr(device, each.name), opened=each.name in device.left_open)}"
            for each in device.parameters()
            if not each.secret_bytes
        ]
    return "\n".join(lines) + "\n"


def _declaration(parameter: Parameter) -> str:
    """An app's parameter: a value, or a table."""
    said = {key: getattr(parameter, key) for key in ("text", *app_parameter.LIMITS)}
    parts = [
        f"{key} = [{', '.join(map(toml, value))}]" if key == "choices" else f"{key} = {toml(value)}"
        for key, value in said.items()
        if value not in ("", (), None)
    ]
    if not parts:
        return setting(parameter, parameter.default, opened=parameter.open)
    head = f"{'open' if parameter.open else 'value'} = {setting(parameter, parameter.default, opened=False)}"
    return f"{{ {', '.join([head, *parts])} }}"
