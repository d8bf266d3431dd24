"""The app's own parameters: declared in the stack, read by the running app with ``unikernel.parameters()``."""

from __future__ import annotations

import dataclasses
import re
from difflib import get_close_matches
from typing import Any

from unikernel.devices.parameter import BYTES, Open, Parameter, Value
from unikernel.errors import Refusal

NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
OWNER = "app"
"""What stands for the app where a device's name would."""

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


def read(name: str, value: object, place: str) -> Parameter:
    """The parameter that ``unikernel.toml`` declares at `place`: a value, or a table of ``value`` or ``open`` and more.

    Raises `Refusal`.
    """
    if not isinstance(value, dict):
        return declared(name, value, place)  # type: ignore[arg-type]  # checked there
    known = ("value", "open", "text", *LIMITS)
    for key in value:
        if key not in known:
            near = get_close_matches(key, known, 1, 0.6)
            cure = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
            raise Refusal(f"{place}: a parameter has no {key}; {cure}")
    if ("value" in value) == ("open" in value):
        raise Refusal(
            f"{place}: {name} has {'both value and open' if 'value' in value else 'neither value nor open'}; "
            f"give it value = … to fix it, or open = … to leave it to the boot."
        )
    said = value["open"] if "open" in value else value["value"]
    rest = {key: each for key, each in value.items() if key in ("text", "unit")}
    for key, each in rest.items():
        if not isinstance(each, str):
            raise Refusal(f"{place}: {key} is {each!r}; it must be a text in quotes.")
    kind: Any = int if rest.get("unit") == BYTES else type(said)
    made = Parameter(name, kind, said, rest.get("text", ""), rest.get("unit", ""), open="open" in value)
    for key in ("least", "most"):
        if key in value and kind is not int:
            raise Refusal(f"{place}: {name} is {said!r}, which has no {key}; only a number has bounds.")
    bounds: dict[str, Any] = {key: made.read(value[key], place) for key in ("least", "most") if key in value}
    choices = value.get("choices", [])
    if (
        not isinstance(choices, list)
        or not all(isinstance(each, str) for each in choices)
        or (choices and kind is not str)
    ):
        raise Refusal(f"{place}: choices is {choices!r}; it must be a list of texts, of a parameter that is a text.")
    return declared(
        name, dataclasses.replace(made, default=made.read(said, place), choices=tuple(choices), **bounds), place
    )


def data(parameter: Parameter) -> dict[str, Any]:
    """An app's parameter as plain values, as the manifest keeps it."""
    limits = {
        key: getattr(parameter, key) for key in ("text", *LIMITS) if getattr(parameter, key) not in ("", (), None)
    }
    return {"name": parameter.name, "value": parameter.default, "open": parameter.open, **limits}


def of_data(fields: dict[str, Any]) -> Parameter:
    """The same again; raises `ValueError`, `TypeError` or `LookupError` for what is none."""
    rest = dict(fields)
    name, value, opened = str(rest.pop("name")), rest.pop("value"), bool(rest.pop("open"))
    choices = tuple(map(str, rest.pop("choices", ())))
    try:
        made = Parameter(name, type(value), value, rest.pop("text", ""), choices=choices, open=opened, **rest)
        return declared(name, made, "manifest")
    except Refusal as error:
        raise ValueError(str(error)) from error


def in_python(parameter: Parameter) -> str:
    """An app's parameter in Python."""
    limits = [f"{key}={getattr(parameter, key)!r}" for key in LIMITS if getattr(parameter, key) not in ("", (), None)]
    if parameter.text or limits:
        head = [f'"{parameter.name}"', parameter.type.__name__, repr(parameter.default), repr(parameter.text)]
        parts = [*head, *limits, *(["open=True"] if parameter.open else [])]
        return f'"{parameter.name}": Parameter({", ".join(parts)})'
    return f'"{parameter.name}": {f"OPEN({parameter.default!r})" if parameter.open else repr(parameter.default)}'
