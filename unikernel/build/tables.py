"""The table of a plan's devices, in C."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from unikernel import abi
from unikernel.devices import Device, Parameter, listing
from unikernel.errors import Refusal
from unikernel.plan import Plan, PlannedDevice

_TYPES = {bool: "bool ", int: "int64_t ", str: "const char *"}
"""A parameter's type in C, before a name."""


def devices_c(plan: Plan) -> str:
    """``devices.c``: what boots, in order.

    Nothing registers itself; these references alone pull drivers into the image.
    """
    names = _identifiers(plan.devices)
    classes = tuple(dict.fromkeys(type(each.device) for each in plan.devices))
    headers = [PurePosixPath(cls.source_file()).with_suffix(".h") for cls in classes if _inside(cls)]
    lines = [
        f"/* The devices of {plan.name}, in the order in which they come up.",
        " * Made from the plan by unikernel build; never edited. */",
        "",
        *(f'#include "{header}"' for header in sorted(map(str, headers))),
        '#include "unikernel/device.h"',
        '#include "unikernel/parameter.h"',
        '#include "unikernel/secret.h"',
        "",
        *(f"extern const struct driver {cls.symbol()}_driver;" for cls in classes),
    ]
    for each in plan.devices:
        lines += ["", *_device(each, names)]
    lines += ["", *_parameters(plan, names)]
    lines += ["", f"const char stack_name[] = {_literal(plan.name)};"]
    pointers = "".join(f"    &{names[each.name]},\n" for each in plan.devices)
    lines += ["", f"struct device *const devices[] = {{\n{pointers}    NULL,\n}};"]
    lines += ["", "struct device *const app_devices[INTERFACES] = {"]
    provided = {each.name: type(each.device).provides()[0] for each in plan.devices if type(each.device).provides()}
    for edge in plan.app_edges:
        number = f"INTERFACE_{provided[edge.provider].__name__.upper()}"
        lines += [f"    [{number}] = &{names[edge.provider]}, /* {edge.field}: {edge.how}, {edge.why} */"]
    lines += ["};"]
    return "\n".join(lines) + "\n"


def _device(each: PlannedDevice, names: dict[str, str]) -> Iterable[str]:
    name = names[each.name]
    symbol = type(each.device).symbol()
    stem = name.removeprefix("device_")
    parameters = requirements = "NULL"
    if _inside(type(each.device)):
        parameters = f"&parameters_{stem}"
        constant = "" if _inside_open(each.device) else "const "
        yield f"static {constant}struct {symbol}_parameters parameters_{stem} = {{"
        for parameter in _inside(type(each.device)):
            value = "{0}" if parameter.secret_bytes else _literal(getattr(each.device, parameter.name))
            yield f"    .{parameter.name} = {value},"
        yield "};"
    if each.edges:
        requirements = f"requirements_{stem}"
        yield f"static struct device *const requirements_{stem}[] = {{"
        for edge in each.edges:
            yield f"    &{names[edge.provider]}, /* {edge.field}: {edge.how}, {edge.why} */"
        yield "    NULL,"
        yield "};"
    yield f"struct device {name} = {{"
    yield f"    .name = {_literal(each.name)},"
    yield f"    .driver = &{symbol}_driver,"
    yield f"    .parameters = {parameters},"
    yield f"    .requirements = {requirements},"
    yield "    .status = DEVICE_NOT_TRIED,"
    yield "};"


def _parameters(plan: Plan, names: dict[str, str]) -> Iterable[str]:
    """What the boot may set, and what the app reads: rows that point at the values."""
    rows = []
    for device, each, value in listing.open_parameters(planned.device for planned in plan.devices):
        stem = names[device.name].removeprefix("device_")
        place = f"parameters_{stem}.{each.name}"
        if each.host:  # No driver reads it, but the app may.
            place = f"host_{stem}_{each.name}"
            yield f"static {_TYPES[each.type]}{place} = {_literal(value)};"
        rows.append(f'    PARAMETER("{device.name}.{each.name}", {place}, true),')
    for each in plan.parameters:
        place = f"app_parameter_{each.name}"
        constant = "" if each.open else "const "
        yield f"static {_TYPES[each.type]}{constant}{place} = {_literal(each.default)};"
        rows.append(f'    PARAMETER("{abi.KEY_APP}.{each.name}", {place}, {_literal(each.open)}),')
    yield from ("const struct parameter parameters[] = {", *rows, "    {.key = NULL},", "};")
    takers = ["parameter_take_all"] if plan.opened else []
    if found := tuple(listing.secrets(planned.device for planned in plan.devices)):
        takers.insert(0, "secret_take_all")  # first, as the others take memory
        yield "const struct secret secrets[] = {"
        for device, each in found:
            place = f"parameters_{names[device.name].removeprefix('device_')}.{each.name}"
            yield f'    {{"{device.name}.{each.name}", {place}, sizeof {place}}},'
        yield from ("    {.key = NULL},", "};")
    yield f"void (*const parameter_take[])(void) = {{{', '.join([*takers, 'NULL'])}}};"


def _inside_open(device: Device) -> bool:
    """Whether the boot may set a parameter that the driver reads."""
    return any(each.name in device.open for each in _inside(type(device)))


def _inside(cls: type[Device]) -> tuple[Parameter, ...]:
    """The parameters that the driver reads."""
    return tuple(each for each in cls.parameters() if not each.host)


def _identifiers(devices: tuple[PlannedDevice, ...]) -> dict[str, str]:
    """A C name for each device; a number is added where two device names differ in punctuation only."""
    found: dict[str, str] = {}
    for number, each in enumerate(devices):
        name = f"device_{each.name.replace('-', '_')}"
        found[each.name] = f"{name}_{number}" if name in found.values() else name
    return found


def _literal(value: bool | int | str) -> str:  # noqa: FBT001 - a parameter's value is of any of the three
    """A parameter's value in C."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -(1 << 63) < value < 1 << 63:
            raise Refusal(f"{value}: a parameter must fit in 64 bits; choose a smaller one.")
        return str(value)
    special = {'"': '\\"', "\\": "\\\\", "?": "\\?"}  # two question marks could begin a trigraph
    parts = (chr(byte) for byte in value.encode())
    text = "".join(
        special.get(part, part) if part.isascii() and part.isprintable() else f"\\{ord(part):03o}" for part in parts
    )
    return f'"{text}"'
