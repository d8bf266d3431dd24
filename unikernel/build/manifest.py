"""The manifest: what an image is, in a note of its ELF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unikernel import __version__, abi
from unikernel.build import elf

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


@dataclass(frozen=True)
class Manifest:
    """What an image says of itself; `plan` is the digest of the plan it was built from, `versions` are the tools'."""

    abi: int
    name: str
    target: str
    memory_bytes: int
    plan: str
    devices: tuple[ManifestDevice, ...]
    components: tuple[ManifestComponent, ...]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, plan: Plan, components: tuple[Component, ...], versions: Mapping[str, str]) -> Manifest:
        """The manifest of an image about to be linked; `versions` are the tools'."""
        made = (ManifestComponent(each.name, each.kind, each.version, each.sha256, each.licence) for each in components)
        data = plan.data()
        devices = (
            ManifestDevice(each["name"], each["class"], each["parameters"], each["requires"])
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
                {"name": d.name, "class": d.class_name, "parameters": dict(d.parameters), "requires": dict(d.requires)}
                for d in self.devices
            ],
            "components": [
                {key: value for key, value in vars(component).items() if value} for component in self.components
            ],
            "versions": dict(self.versions),
        }
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        return elf.note(abi.NOTE_OWNER, abi.NOTE_MANIFEST, text.encode())

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
                    ManifestDevice(str(d["name"]), str(d["class"]), dict(d["parameters"]), dict(d["requires"]))
                    for d in data["devices"]
                ),
                components=tuple(
                    ManifestComponent(**{str(key): str(value) for key, value in each.items()})
                    for each in data["components"]
                ),
                versions={str(key): str(value) for key, value in dict(data["versions"]).items()},
            )
        except (UnicodeDecodeError, LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError("its manifest is damaged") from error
