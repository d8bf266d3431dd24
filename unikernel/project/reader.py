"""The ``unikernel.toml`` of a project as a stack; what is wrong in it is refused with its place."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from unikernel.app import App
from unikernel.devices import CATALOGUE, OPEN, Device, GitFiles, Parameter, app_parameter
from unikernel.devices.app_requirements import APP_REQUIREMENTS
from unikernel.errors import Refusal
from unikernel.packages import pins
from unikernel.stack import Stack, check_memory, class_named, setting
from unikernel.targets import DEFAULT as DEFAULT_TARGET
from unikernel.targets import target_named
from unikernel.units import parse_memory

KEYS = ("name", "target", "memory", "packages", "app", "parameters", "devices")
USES = tuple(need.field for need in APP_REQUIREMENTS)


def name_of(folder: Path) -> str:
    """A stack's name, where none is given: the folder's, as far as a name may be so."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", folder.resolve().name).lstrip("_.-") or "app"


def syntax(path: Path, error: tomllib.TOMLDecodeError) -> str:
    """The parser's message, its place in front."""
    message, _, place = str(error).partition(" (at ")
    line = re.match(r"line (\d+), column (\d+)", place)
    where = f"{path}:{line[1]}:{line[2]}" if line else f"{path}: at its end"
    twice = re.fullmatch(r"Cannot declare \('devices', '(.*)'\) twice", message)
    if twice:
        return f'{where}: two devices are named "{twice[1]}"; give one of them another name.'
    return f"{where}: {message[:1].lower()}{message[1:]}; mend the TOML there."


class Reader:
    """Reads one file's tables; every refusal starts with the file and the line."""

    def __init__(self, path: Path, text: str) -> None:
        """`text` is what `path` says."""
        self.path = path
        self.lines = text.splitlines()

    def at(self, table: str, key: str = "") -> str:
        """``file:line`` of a key in a table, or of the table's head, as well as it can be told."""
        inside = not table
        head = 0
        for number, line in enumerate(self.lines, 1):
            bare = line.strip()
            if bare.startswith("["):
                inside = re.sub(r"[\s\"']", "", bare).startswith(f"[{table}]") if table else False
                head = number if inside else head
                if inside and not key:
                    return f"{self.path}:{number}"
            elif inside and key and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*[.=]", bare):
                return f"{self.path}:{number}"
        return f"{self.path}:{head}" if head else str(self.path)

    def stack(self, data: dict[str, Any], folder: Path) -> Stack:
        """The stack of the project in `folder`, whose file parsed to `data`; raises `Refusal`."""
        self._known(data, KEYS, "")
        name = self._text(data, "name", name_of(folder))
        target = target_named(self._text(data, "target", DEFAULT_TARGET), self.at("", "target")).name
        place = self.at("", "memory")
        size = data.get("memory", "8 MiB")
        if isinstance(size, bool) or not isinstance(size, int | str):
            raise Refusal(f'{place}: memory is {size!r}; write it like "8 MiB".')
        size = check_memory(parse_memory(size, place), place)
        uses = self._table(data, "app")
        self._known(uses, USES, "app")
        for key in uses:
            self._text(uses, key, "", "app")
        packages = self._packages(data)
        table = self._table(data, "parameters")
        parameters = {
            key: app_parameter.read(key, value, self._inline("parameters", key)) for key, value in table.items()
        }
        devices = self._devices(self._table(data, "devices"))
        app = App.from_folder(folder, [each.repository for each in devices if isinstance(each, GitFiles)])
        try:
            return Stack(name, app, devices, target, size, uses, packages, parameters)
        except Refusal as error:
            raise Refusal(f"{self.path}: {error}") from error

    def _packages(self, data: dict[str, Any]) -> tuple[str, ...]:
        place = f"{self.at('', 'packages')}: packages"
        value = data.get("packages", [])
        if not isinstance(value, list):
            raise Refusal(f'{place} is {value!r}; write a list, as ["name==version"].')
        return tuple(map(str, pins(value, place)))

    def _devices(self, tables: dict[str, Any]) -> tuple[Device, ...]:
        """Every device, those it requires made before it."""
        made: dict[str, Device] = {}
        making: list[str] = []

        def make(name: str) -> Device:
            if name in made:
                return made[name]
            if name in making:
                circle = " requires ".join([*making[making.index(name) :], name])
                raise Refusal(f"{self.at(f'devices.{name}')}: {circle}: a cycle cannot come up; name another device.")
            making.append(name)
            table = self._table(tables, name, "devices.")
            cls = self._class(name, table)
            values: dict[str, Any] = {"name": name}
            needs = {need.field: need for need in cls.requirements()}
            parameters = {each.name: each for each in cls.parameters()}
            self._known(table, ("class", *needs, *parameters), f"devices.{name}", cls.__name__)
            for key, value in table.items():
                place = self.at(f"devices.{name}", key)
                if key in parameters:
                    values[key] = self._value(parameters[key], value, self._inline(f"devices.{name}", key))
                elif key in needs:
                    if not isinstance(value, str) or value not in tables:
                        raise Refusal(
                            f"{place}: {key} names {value!r}, which is no device of this file; "
                            f"add a table [devices.{value if isinstance(value, str) else 'NAME'}] or name another."
                        )
                    provider = make(value)
                    if not isinstance(provider, needs[key].interface):
                        interface = needs[key].interface.__name__
                        raise Refusal(
                            f"{place}: {key} is {value} ({type(provider).__name__}), which does not provide "
                            f"{interface}; name one that does."
                        )
                    values[key] = provider
            try:
                made[name] = cls(**values)
            except Refusal as error:
                raise Refusal(f"{self.at(f'devices.{name}')}: {error}") from error
            making.pop()
            return made[name]

        return tuple(make(name) for name in tables)

    def _value(self, parameter: Parameter, value: object, place: str) -> Any:
        """A device's parameter: its value, or a table that leaves it open with a default."""
        if parameter.secret_bytes:
            raise Refusal(f"{place}: {parameter.name} is a secret, which no file of a project holds; give it at boot.")
        if not isinstance(value, dict):
            return parameter.read(value, place)
        if set(value) != {"open"}:
            example = setting(parameter, parameter.default, opened=True)
            raise Refusal(f"{place}: {parameter.name} is a table; write a value, or {example} to leave it to the boot.")
        return OPEN(parameter.read(value["open"], place))

    def _inline(self, table: str, key: str) -> str:
        """Where a key of a table stands that may be a table itself, written in its line or below a head of its own."""
        place = self.at(table, key)
        return place if place != self.at(table) else self.at(f"{table}.{key}")

    def _class(self, name: str, table: dict[str, Any]) -> type[Device]:
        """The class that a table names, or that its own name says in lower case."""
        if "class" in table:
            return class_named(self._text(table, "class", "", f"devices.{name}"), self.at(f"devices.{name}", "class"))
        by_name = {cls.lower(): cls for cls in CATALOGUE}
        if name not in by_name:
            raise Refusal(
                f'{self.at(f"devices.{name}")}: {name} names no class; add class = "…", one of {", ".join(CATALOGUE)}.'
            )
        return CATALOGUE[by_name[name]]

    def _known(self, table: dict[str, Any], keys: tuple[str, ...], name: str, owner: str = "") -> None:
        for key, value in table.items():
            if key not in keys:
                near = get_close_matches(key, keys, 1, 0.6)
                cure = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(keys)}."
                where = f"{owner} has no {key}" if owner else f'unknown key "{key}"'
                place = self.at(f"{name}.{key}".lstrip(".")) if isinstance(value, dict) else self.at(name, key)
                raise Refusal(f"{place}: {where}; {cure}")

    def _table(self, data: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise Refusal(
                f"{self.at(prefix.rstrip('.'), key)}: {key} is {value!r}; it must be a table, [{prefix}{key}]."
            )
        return value

    def _text(self, table: dict[str, Any], key: str, default: str, name: str = "") -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise Refusal(f"{self.at(name, key)}: {key} is {value!r}; it must be a text in quotes.")
        return value
