"""The table of what the boot can set, and of what the app reads."""

from __future__ import annotations

from collections.abc import Iterable

from unikernel.devices.device import Device
from unikernel.devices.parameter import Parameter, Value
from unikernel.table import Column, Table

_COLUMNS = (
    Column("parameter", mono=True),
    Column("at boot"),
    Column("value", mono=True),
    Column("kind"),
    Column(""),
)


def open_parameters(devices: Iterable[Device]) -> Iterable[tuple[Device, Parameter, Value]]:
    """Each parameter that a device leaves open, and its default; secrets, which have none, stand in `secrets`."""
    for device in devices:
        for each in device.parameters():
            if each.name in device.open and not each.secret_bytes:
                yield device, each, getattr(device, each.name)


def secrets(devices: Iterable[Device]) -> Iterable[tuple[Device, Parameter]]:
    """Each secret that a device must be given."""
    for device in devices:
        for each in device.parameters():
            if each.secret_bytes:
                yield device, each


def table(devices: Iterable[Device], app: Iterable[Parameter]) -> Table | None:
    """What the devices leave open, then the app's own, with their defaults; None where there is nothing."""
    devices = tuple(devices)
    rows: list[tuple[str, ...]] = [
        (f"{each.name}.{p.name}", "needed", "", p.kind, p.text) for each, p in secrets(devices)
    ]
    rows += [
        _row(f"{device.name}.{each.name}", each, value, "open") for device, each, value in open_parameters(devices)
    ]
    rows += [_row(each.name, each, each.default, "open" if each.open else "fixed") for each in app]
    return Table(_COLUMNS, tuple(rows)) if rows else None


def _row(key: str, parameter: Parameter, value: Value, when: str) -> tuple[str, ...]:
    shown = parameter.written(value)
    text = ("false", "true")[shown] if isinstance(shown, bool) else str(shown)
    return key, when, text, parameter.kind, parameter.text
