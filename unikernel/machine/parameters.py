"""What a boot sets of an image's parameters: checked against the manifest, and put into words for the command line."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NoReturn

from unikernel import abi
from unikernel.devices import CATALOGUE, Device, listing
from unikernel.errors import Refusal
from unikernel.machine.vmm import Secrets
from unikernel.stack import setting

if TYPE_CHECKING:
    from unikernel.build.manifest import Manifest, ManifestDevice
    from unikernel.devices import Parameter, Value

_WINDOWS_BYTES: Final = 8 * 40
"""What a VMM may add to the command line: one window for each virtio device of a microvm."""

COMMAND_LINE_MOST: Final = abi.COMMAND_LINE_BYTES - 1 - _WINDOWS_BYTES

PAGE_BYTES: Final = 4096

_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:@+")


@dataclass(frozen=True)
class Settings:
    """The devices of an image as this boot has them, and the words that tell the machine."""

    devices: tuple[Device, ...]
    words: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The same for what no command line may show."""
    more_memory_bytes: int = 0
    """How much more the devices take than with their defaults."""


def settings(manifest: Manifest, values: Mapping[str, object]) -> Settings:
    """What `values` set: of a device by ``NAME.PARAMETER``, of the app by name; a text is read as a person's.

    Raises `Refusal` for what the image does not have, what it does not leave open, what is no value for it, and for a
    device of a class that is not installed.
    """
    built = {each.name: _device(manifest, each) for each in manifest.devices}
    open_of = {each.name: each.open for each in manifest.devices}
    app = {each.name: each for each in manifest.parameters}
    changed: dict[str, dict[str, Value]] = {}
    words, hidden = [], []
    for key, value in values.items():
        owner, dot, name = key.partition(".")
        if dot:
            device = _known(manifest, key, built, owner)
            parameter = _parameter(key, device, name)
            if parameter.secret_bytes:
                hidden.append(_secret(key, device, parameter, value))
                continue
            _check_open(key, parameter, getattr(device, name), opened=name in open_of[owner])
            said = _value(parameter, value, owner)
            changed.setdefault(owner, {})[name] = said
            words.append(_word(f"{owner}.{name}", said))
        else:
            parameter = _of_app(manifest, key, app)
            _check_open(key, parameter, parameter.default, opened=parameter.open)
            words.append(_word(f"{abi.KEY_APP}.{key}", _value(parameter, value, abi.KEY_APP)))
    devices = tuple(
        _device(manifest, each, changed[each.name]) if each.name in changed else built[each.name]
        for each in manifest.devices
    )
    for device, parameter in listing.secrets(devices):
        if f"{device.name}.{parameter.name}" not in values:
            raise Refusal(
                f"{device.name}.{parameter.name}: it is a secret that each boot must give; put it in a file and add "
                f"--secret {device.name}.{parameter.name}=FILE."
            )
    more = _taken(devices) - _taken(built.values())
    return Settings(devices, tuple(words), tuple(hidden), more)


def command_line(words: Iterable[str]) -> str:
    """The words in one line; raises `Refusal` for more than an image keeps."""
    line = " ".join(words)
    if len(line) > COMMAND_LINE_MOST:
        raise Refusal(
            f"boot: what is set takes {len(line)} bytes of the machine's command line, which has room for "
            f"{COMMAND_LINE_MOST}; set less, or shorter texts."
        )
    return line


def planted(words: Iterable[str], image_end: int) -> Secrets | None:
    """The secrets as an image takes them, at the first page after it; None where there are none. Raises `Refusal`."""
    text = " ".join(words).encode()
    if not text:
        return None
    data = bytearray(struct.pack("<I", abi.SECRETS_MAGIC)) + text + b"\0"
    if len(data) > abi.SECRETS_BYTES:
        raise Refusal(
            f"boot: the secrets take {len(data)} bytes, and there is room for {abi.SECRETS_BYTES}; use fewer."
        )
    return Secrets(-(-image_end // PAGE_BYTES) * PAGE_BYTES, data)


def _secret(key: str, device: Device, parameter: Parameter, value: object) -> str:
    secret = parameter.secret(value, device.name)
    if fault := device.fault_of(parameter.name, secret):
        raise Refusal(f"{key}: {fault}.")
    return f"{key}={secret.hex()}"


def _taken(devices: Iterable[Device]) -> int:
    return sum(each.memory_bytes() for each in devices)


def _device(manifest: Manifest, each: ManifestDevice, changed: Mapping[str, Value] | None = None) -> Device:
    cls = CATALOGUE.get(each.class_name)
    if cls is None:
        raise Refusal(
            f"{manifest.name}: its device {each.name} is of the class {each.class_name}, which is not installed; "
            f"install the package that brings it."
        )
    made: dict[str, Any] = {**each.parameters, **(changed or {})}
    return cls(name=each.name, **made)


def _known(manifest: Manifest, key: str, devices: Mapping[str, Device], name: str) -> Device:
    if name in devices:
        return devices[name]
    near = get_close_matches(name, devices, 1, 0.6)
    cure = f'did you mean "{near[0]}"?' if near else f"it has {', '.join(devices)}."
    raise Refusal(f'{key}: "{manifest.name}" has no device {name}; {cure}')


def _parameter(key: str, device: Device, name: str) -> Parameter:
    known = {each.name: each for each in device.parameters()}
    if name in known:
        return known[name]
    _unknown(f"{key}: {type(device).__name__} has no parameter {name}", name, known, "there is none to set")


def _of_app(manifest: Manifest, key: str, known: Mapping[str, Parameter]) -> Parameter:
    if key in known:
        return known[key]
    none = "declare it in unikernel.toml, under [parameters]"
    _unknown(f'{key}: the app of "{manifest.name}" has no parameter {key}', key, known, none)


def _unknown(what: str, name: str, known: Iterable[str], none: str) -> NoReturn:
    names = list(known)
    near = get_close_matches(name, names, 1, 0.6)
    raise Refusal(f"{what}; " + (f'did you mean "{near[0]}"?' if near else f"{_listed(names) or none}."))


def _listed(names: list[str]) -> str:
    return f"it has {', '.join(names)}" if names else ""


def _check_open(key: str, parameter: Parameter, value: Value, *, opened: bool) -> None:
    if not opened:
        raise Refusal(
            f"{key}: it was fixed at build, as {setting(parameter, value, opened=False)}; write "
            f"{parameter.name} = {setting(parameter, value, opened=True)} in unikernel.toml and build again."
        )


def _value(parameter: Parameter, value: object, place: str) -> Value:
    return parameter.parse(value, place) if isinstance(value, str) else parameter.check(value, place)


def _word(key: str, value: Value) -> str:
    text = str(int(value)) if isinstance(value, bool | int) else value
    return f"{key}=" + "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in text.encode())
