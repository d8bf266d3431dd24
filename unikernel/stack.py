"""A stack: what the user composes. Named devices with parameters, an app, a target, memory."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from unikernel.app import MAIN, App
from unikernel.devices import (
    CATALOGUE,
    Device,
    Open,
    Parameter,
    Rdrand,
    Repl,
    RomFiles,
    TscClock,
    Uart16550,
    Value,
)
from unikernel.devices.app_parameter import declared, in_python
from unikernel.errors import Refusal
from unikernel.packages import pins
from unikernel.table import Card, Column, Shown, Table
from unikernel.targets import DEFAULT as DEFAULT_TARGET
from unikernel.targets import target_named
from unikernel.units import GIB, KIB, MIB, memory

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
DEFAULT_MEMORY_BYTES = 8 * MIB
MOST_MEMORY_BYTES = 2 * GIB
"""What lies in one piece below the machine's device addresses."""


@dataclass(frozen=True)
class Stack(Shown):
    """Devices in the order they were added; one given as another's requirement belongs to the stack too.

    `uses` names the devices that the app itself uses, by field (``console``, ``files``, ``clock``, ``entropy``), where
    more than one could serve. `packages` are pinned, ``name==version``: what the app imports of them is in the image.
    `parameters` are the app's own, by name: a value is fixed, ``OPEN("Hello")`` is left open for the boot, and a
    `Parameter` says more; the running app reads them by ``unikernel.parameters()``.
    """

    name: str
    app: App
    devices: tuple[Device, ...] = ()
    target: str = DEFAULT_TARGET
    memory_bytes: int = DEFAULT_MEMORY_BYTES
    uses: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    parameters: Mapping[str, Value | Open | Parameter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises `Refusal` for a bad name, a device name twice, an unknown target, memory out of bounds, no pin, or a
        bad parameter.
        """
        if not NAME.fullmatch(self.name):
            raise Refusal(f'stack: "{self.name}" is no name; use letters, digits, dots, _ and -, at most 64.')
        target_named(self.target, self.name)
        check_memory(self.memory_bytes, self.name)
        if MAIN not in self.app.files:
            raise Refusal(f"{self.name}: the app has no {MAIN}; add it.")
        object.__setattr__(self, "packages", tuple(map(str, pins(self.packages, f"{self.name}: packages"))))
        whole = {name: declared(name, value, self.name) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", whole)
        found: dict[str, Device] = {}
        for device in self.devices:
            _collect(device, found, self.name)
        object.__setattr__(self, "devices", tuple(found.values()))

    @classmethod
    def default(cls, name: str, app: App, **changes: Any) -> Stack:
        """The stack of a new project: console, clock, entropy, files, and a prompt on demand."""
        devices = (Uart16550(), TscClock(), Rdrand(), RomFiles(), Repl())
        return cls(name, app, devices, **changes)

    @property
    def app_parameters(self) -> tuple[Parameter, ...]:
        """The app's own parameters, in the order of the stack; each has its value as its default."""
        return tuple(each for each in self.parameters.values() if isinstance(each, Parameter))

    def __getitem__(self, name: str) -> Device:
        """The device of that name; raises `Refusal` when there is none."""
        for device in self.devices:
            if device.name == name:
                return device
        near = get_close_matches(name, [device.name for device in self.devices], 1, 0.5)
        cure = f'did you mean "{near[0]}"?' if near else f"it has {', '.join(each.name for each in self.devices)}."
        raise Refusal(f'{self.name}: there is no device "{name}"; {cure}')

    def add(self, device: Device) -> Stack:
        """The stack with one more device; raises `Refusal` when its name is taken."""
        return dataclasses.replace(self, devices=(*self.devices, device))

    def remove(self, name: str) -> Stack:
        """The stack without that device; what required it is left for the plan to fill."""
        gone = self[name]
        kept = tuple(_pointed(each, gone, None) for each in self.devices if each.name != name)
        return dataclasses.replace(self, devices=kept)

    def configure(self, name: str, /, **changes: Any) -> Stack:
        """The stack with that device's parameters, requirements or name changed; a plain value fixes a parameter."""
        old = self[name]
        known = {each.name for each in dataclasses.fields(old)}
        for key in changes:
            if key not in known:
                raise Refusal(f"{name} ({type(old).__name__}): there is no parameter {key}; {_choices(known)}")
        left = tuple(each for each in old.open if each not in changes)
        new = dataclasses.replace(old, **{"open": left, **changes})
        return dataclasses.replace(self, devices=tuple(_pointed(each, old, new) for each in self.devices))

    def python(self) -> str:
        """The Python that makes this stack."""
        classes = self._classes()
        origin = f'App.from_folder("{self.app.origin}")' if self.app.origin else f"App({dict(self.app.files)!r})"
        if not self.app.origin and set(self.app.files) == {MAIN}:
            origin = f"App.from_text({self.app.files[MAIN].decode('utf-8', 'replace')!r})"
        lines = ["from unikernel import App, Stack"]
        if classes:
            lines += [f"from unikernel.devices import {', '.join(classes)}"]
        lines += ["", "stack = Stack(", f'    "{self.name}",', f"    {origin},"]
        if self.devices:
            lines += ["    devices=(", *(f"        {_call(device)}," for device in self.devices), "    ),"]
        if self.target != DEFAULT_TARGET:
            lines += [f'    target="{self.target}",']
        if self.memory_bytes != DEFAULT_MEMORY_BYTES:
            lines += [f"    memory_bytes={self.memory_bytes // KIB} << 10,"]
        if self.uses:
            lines += [f"    uses={dict(self.uses)!r},"]
        if self.packages:
            lines += [f"    packages={self.packages!r},"]
        if self.parameters:
            lines += ["    parameters={", *(f"        {in_python(each)}," for each in self.app_parameters), "    },"]
        return "\n".join([*lines, ")"])

    def _classes(self) -> list[str]:
        """What its Python takes from `unikernel.devices`."""
        declarations = [*map(_call, self.devices), *map(in_python, self.app_parameters)]
        used = {"OPEN": "OPEN", "Parameter": "Parameter("}
        found = [name for name, mark in used.items() if any(mark in each for each in declarations)]
        return sorted({*found, *(type(device).__name__ for device in self.devices)}, key=_import_order)

    def card(self) -> Card:
        """The stack as a page."""
        rows = tuple((each.name, type(each).__name__, settings(each)) for each in self.devices)
        table = Table((Column("device", mono=True), Column("class"), Column("settings", mono=True)), rows)
        facts = (self.target, memory(self.memory_bytes), f"{len(self.app.files)} file{'s' * (len(self.app.files) > 1)}")
        return Card(self.name, word="stack", facts=facts, tables=(table,))


def check_memory(size: int, place: str) -> int:
    """`size` in bytes if a machine can be given it; else raises `Refusal` naming `place`."""
    if size <= 0:
        raise Refusal(f"{place}: {size} bytes of memory is none; give it at least 2 MiB.")
    if size > MOST_MEMORY_BYTES:
        raise Refusal(
            f"{place}: {memory(size)} of memory is more than the {memory(MOST_MEMORY_BYTES)} this target takes."
        )
    if size % (4 * KIB):
        raise Refusal(f"{place}: {size} bytes of memory is not a multiple of 4 KiB; round it up.")
    return size


def settings(device: Device) -> str:
    """A device's given requirements, changed and open parameters: ``console=uart size={ open = "4 MiB" }``."""
    needs = [(need.field, getattr(device, need.field)) for need in device.requirements()]
    given = [f"{key}={value.name}" for key, value in needs if isinstance(value, Device)]
    said = [
        f"{each.name}={setting(each, getattr(device, each.name), opened=each.name in device.left_open)}"
        for each in device.parameters()
        if (getattr(device, each.name) != each.default or each.name in device.left_open) and not each.secret_bytes
    ]
    return " ".join([*given, *said])


def setting(parameter: Parameter, value: Value, *, opened: bool) -> str:
    """A parameter's value as ``unikernel.toml`` has it: ``"4 MiB"``, or ``{ open = "4 MiB" }``."""
    text = toml(parameter.written(value))
    return f"{{ open = {text} }}" if opened else text


def toml(value: bool | int | str) -> str:  # noqa: FBT001 - a parameter may be a bool
    """A parameter's value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in value)
    return f'"{escaped}"'


def class_named(name: str, place: str) -> type[Device]:
    """The device class of that name; raises `Refusal`, naming `place`, when there is none."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    lower = {each.lower(): each for each in CATALOGUE}
    near = [lower[each] for each in get_close_matches(name.lower(), lower, 1, 0.5)]
    cure = f'did you mean "{near[0]}"?' if near else "unikernel devices lists them."
    raise Refusal(f'{place}: there is no device class "{name}"; {cure}')


def _collect(device: Device, found: dict[str, Device], place: str) -> None:
    """Adds a device after those it requires; equal ones are the same."""
    for need in device.requirements():
        given = getattr(device, need.field)
        if isinstance(given, Device):
            _collect(given, found, place)
    if found.setdefault(device.name, device) != device:
        other = found[device.name]
        kinds = f"{type(other).__name__} and {type(device).__name__}"
        if type(other) is type(device):
            kinds = f"two different {type(device).__name__}"
        raise Refusal(f'{place}: two devices are named "{device.name}" ({kinds}); give one of them another name.')


def _pointed(device: Device, old: Device, new: Device | None) -> Device:
    """`device` with every requirement on `old` pointed at `new`; `new` itself in place of `old`."""
    if device == old:
        assert new is not None
        return new
    changes: dict[str, Any] = {}
    for need in device.requirements():
        given = getattr(device, need.field)
        if isinstance(given, Device):
            changed = new if given == old else _pointed(given, old, new)
            if changed != given:
                changes[need.field] = changed
    return dataclasses.replace(device, **changes) if changes else device


def _call(device: Device) -> str:
    parts = [] if device.name == type(device).__name__.lower() else [f'name="{device.name}"']
    for need in device.requirements():
        given = getattr(device, need.field)
        if isinstance(given, Device):
            parts.append(f"{need.field}={_call(given)}")
    for each in device.parameters():
        value = getattr(device, each.name)
        if each.name in device.left_open and not each.secret_bytes:
            parts.append(f"{each.name}=OPEN" if value == each.default else f"{each.name}=OPEN({value!r})")
        elif value != each.default:
            parts.append(f"{each.name}={value!r}")
    return f"{type(device).__name__}({', '.join(parts)})"


def _import_order(name: str) -> tuple[bool, str]:
    """Constants first, then classes."""
    return not name.isupper(), name


def _choices(names: set[str]) -> str:
    return f"it has {', '.join(sorted(names))}."
