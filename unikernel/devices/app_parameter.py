"""The app's own parameters: declared in the stack, read by the running app with ``unikernel.parameters()``."""

from __future__ import annotations

import dataclasses
import re

from unikernel.devices.parameter import Open, Parameter, Value
from unikernel.errors import Refusal

NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")

LIMITS = ("unit", "choices", "least", "most")
"""What an app's parameter may say beside its value and its text."""


def declared(name: str, value: Value | Open | Parameter, place: str) -> Parameter:
    """An app's parameter as a whole; raises `Refusal`."""
    if not NAME.fullmatch(name):
        raise Refusal(
            f'{place}: "{name}" is no name for a parameter; use a-z, 0-9 and _, a letter first, at most 31 characters.'
        )
    if isinstance(value, Parameter):
        made = dataclasses.replace(value, name=name)
    elif isinstance(value, Open):
        made = Parameter(name, type(value.default), value.default, "", open=True)  # type: ignore[arg-type]
    else:
        made = Parameter(name, type(value), value, "")
    if made.type not in (bool, int, str):
        raise Refusal(f"{place}: {name} is {made.default!r}; a parameter is true or false, a whole number or a text.")
    made.check(made.default, place)
    return made


def in_python(parameter: Parameter) -> str:
    """An app's parameter in Python."""
    limits = [f"{key}={getattr(parameter, key)!r}" for key in LIMITS if getattr(parameter, key) not in ("", (), None)]
    if parameter.text or limits:
        head = [f'"{parameter.name}"', parameter.type.__name__, repr(parameter.default), repr(parameter.text)]
        parts = [*head, *limits, *(["open=True"] if parameter.open else [])]
        return f'"{parameter.name}": Parameter({", ".join(parts)})'
    return f'"{parameter.name}": {f"OPEN({parameter.default!r})" if parameter.open else repr(parameter.default)}'
