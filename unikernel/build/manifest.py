"""The manifest: what an image is, in a note of its ELF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unikernel import __version__, abi
from unikernel.build import elf
from unikernel.devices import CATALOGUE, Device, Parameter, app_parameter, listing
from unikernel.interfaces import Console
from unikernel.table import Card, Column, Shown, Table
from unikernel.units import memory

if TYPE_CHECKING:
    from unikernel.build.components import Component
    from unikernel.plan import Plan


@dataclass(frozen=True)
class ManifestComponent:
    """A component of an image.

    `version`, `sha256` and `licence` are those of the source archive it was compiled from.
    """

    name: str
    kind: str
    version: str = ""
    sha256: str = ""
    licence: str = ""


@dataclass(frozen=True)
class ManifestDevice:
    """A device of an image, at its place in the boot order."""

    name: str
    class_name: str
    parameters: Mapping[str, bool | int | str] = field(default_factory=dict)
    requires: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    """Parameters that the boot may set."""


@dataclass(frozen=True)
class Manifest(Shown):
    """What an image says of itself; `plan` is the digest of the plan it was built from, `versions` are the tools'."""

    abi: int
    name: str
    target: str
    memory_bytes: int
    plan: str
    devices: tuple[ManifestDevice, ...]
    components: tuple[ManifestComponent, ...]
    versions: Mapping[str, str]
    parameters: tuple[Parameter, ...] = ()
    """The app's own."""
    console: str = ""
    """The device that carries the console, where more than one could."""

    @classmethod
    def of(cls, plan: Plan, components: tuple[Component, ...], versions: Mapping[str, str]) -> Manifest:
        """The manifest of an image about to be linked; `versions` are the tools'."""
        made = (ManifestComponent(each.name, each.kind, each.version, each.sha256, each.licence) for each in components)
        data = plan.data()
        devices = (
            ManifestDevice(
                each["name"], each["class"], each["parameters"], each["requires"], tuple(each.get("open", ()))
            )
            for each in data["devices"]
        )
        return cls(
            abi=abi.VERSION,
            name=plan.name,
            target=plan.target.name,
            memory_bytes=plan.memory_bytes,
            plan=plan.digest,
            devices=tuple(devices),
            components=tuple(made),
            versions={"unikernel": __version__, **versions},
            parameters=plan.parameters,
            console=_console(plan),
        )

    def note(self) -> bytes:
        """The whole note, head included, the same bytes for the same manifest."""
        data = {
            "abi": self.abi,
            "name": self.name,
            "target": self.target,
            "memory_bytes": self.memory_bytes,
            "plan": self.plan,
            "devices": [
                {
                    "name": d.name,
                    "class": d.class_name,
                    "parameters": dict(d.parameters),
                    "requires": dict(d.requires),
                    **({"open": list(d.open)} if d.open else {}),
                }
                for d in self.devices
            ],
            **({"parameters": [app_parameter.data(each) for each in self.parameters]} if self.parameters else {}),
            **({"console": self.console} if self.console else {}),
            "components": [
                {key: value for key, value in vars(component).items() if value} for component in self.components
            ],
            "versions": dict(self.versions),
        }
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        return elf.note(abi.NOTE_OWNER, abi.NOTE_MANIFEST, text.encode())

    def card(self) -> Card:
        """The image's own word as a page: its devices in boot order, and what the boot can set."""
        rows = tuple(
            (str(i), each.name, each.class_name, ", ".join(f"{key}={value}" for key, value in each.requires.items()))
            for i, each in enumerate(self.devices, 1)
        )
        columns = (Column("", "right"), Column("device", mono=True), Column("class"), Column("requires", mono=True))
        known = (each for each in self.devices if each.class_name in CATALOGUE)
        settable = listing.table(map(_device, known), self.parameters)
        return Card(
            self.name,
            word="image",
            facts=(self.target, memory(self.memory_bytes), f"{len(self.devices)} devices, in boot order"),
            tables=(Table(columns, rows), *([settable] if settable else [])),
            foot=f"components: {', '.join(each.name for each in self.components)} · digest {self.plan[:12]}",
        )

    @classmethod
    def read(cls, description: bytes) -> Manifest:
        """From the note's description; raises `ValueError` for what is none."""
        try:
            data: dict[str, Any] = json.loads(description)
            return cls(
                abi=int(data["abi"]),
                name=str(data["name"]),
                target=str(data["target"]),
                memory_bytes=int(data["memory_bytes"]),
                plan=str(data["plan"]),
                devices=tuple(
                    ManifestDevice(
                        str(d["name"]),
                        str(d["class"]),
                        dict(d["parameters"]),
                        dict(d["requires"]),
                        tuple(map(str, d.get("open", ()))),
                    )
                    for d in data["devices"]
                ),
                components=tuple(
                    ManifestComponent(**{str(key): str(value) for key, value in each.items()})
                    for each in data["components"]
                ),
                versions={str(key): str(value) for key, value in dict(data["versions"]).items()},
                parameters=tuple(app_parameter.of_data(each) for each in data.get("parameters", ())),
                console=str(data.get("console", "")),
            )
        except (UnicodeDecodeError, LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError("its manifest is damaged") from error


def _device(each: ManifestDevice) -> Device:
    made: dict[str, Any] = dict(each.parameters)
    cls: type[Device] = CATALOGUE[each.class_name]
    return cls(name=each.name, open=each.open, **made)


def _console(plan: Plan) -> str:
    able = [each for each in plan.devices if isinstance(each.device, Console)]
    return next(edge.provider for edge in plan.app_edges if edge.field == "console") if len(able) > 1 else ""
