"""The composer's edits of a stack: each gives another stack, or raises `Refusal`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from unikernel.devices import OPEN
from unikernel.devices.app_requirements import APP

if TYPE_CHECKING:
    from unikernel.devices import Device, Value
    from unikernel.stack import Stack


def use(stack: Stack, owner: str, field: str, provider: Device | None) -> Stack:
    """The stack in which `owner` (or the app) has that provider for `field`; None leaves it to the plan."""
    if owner != APP:
        return stack.configure(owner, **{field: provider})
    uses = {key: name for key, name in stack.uses.items() if key != field}
    if provider is not None:
        uses[field] = provider.name
    return dataclasses.replace(stack, uses=uses)


def said(stack: Stack, owner: str, name: str, value: Value, *, opened: bool) -> Stack:
    """The stack in which a parameter of `owner`, a device or ``app``, has `value`, fixed or left open with it for default.

    A size may be written as ``4 MiB``. Raises `Refusal` for what is no value of it.
    """
    if owner == APP:
        old = next(each for each in stack.app_parameters if each.name == name)
        new = dataclasses.replace(old, default=old.read(value, stack.name), open=opened)
        return dataclasses.replace(stack, parameters={**stack.parameters, name: new})
    device = stack[owner]
    (parameter,) = (each for each in device.parameters() if each.name == name)
    value = parameter.read(value, f"{owner} ({type(device).__name__})")
    return stack.configure(owner, **{name: OPEN(value) if opened else value})


def removed(stack: Stack, name: str) -> Stack:
    """The stack without a device that the app may have used."""
    uses = {key: used for key, used in stack.uses.items() if used != name}
    return dataclasses.replace(stack.remove(name), uses=uses)


def free_name(stack: Stack, wanted: str) -> str:
    """`wanted`, with a number behind it where it is taken."""
    taken = {each.name for each in stack.devices}
    number = 2
    name = wanted
    while name in taken:
        name = f"{wanted}{number}"
        number += 1
    return name
