"""A resolved stack: the graph is closed and each edge says why it is as it is; pure data, with a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from unikernel import abi
from unikernel.app import App
from unikernel.devices import Device, Parameter, app_parameter, listing
from unikernel.devices.app_requirements import APP
from unikernel.stack import settings
from unikernel.table import Card, Column, Shown, Table
from unikernel.targets import Target
from unikernel.units import memory

RUNTIME_COMPONENTS = ("arch", "core", "libc", "micropython", "extmod", "port", "modules")
"""The components of every image, beside its drivers and what is generated."""


@dataclass(frozen=True)
class Edge:
    """One requirement met: `field` of the one who asks, the interface, the provider's name, and why it is this one."""

    field: str
    interface: str
    provider: str
    how: Literal["given", "filled"]
    why: str


@dataclass(frozen=True)
class PlannedDevice:
    """A device at its place in the boot order; `added` when the plan added it."""

    device: Device
    edges: tuple[Edge, ...]
    added: bool = False

    @property
    def name(self) -> str:
        """The device's name."""
        return self.device.name

    @property
    def class_name(self) -> str:
        """The device's class."""
        return type(self.device).__name__


@dataclass(frozen=True)
class Plan(Shown):
    """All that a build needs to know, and nothing that it must find out; `devices` in the order of coming up."""

    name: str
    target: Target
    memory_bytes: int
    app: App
    devices: tuple[PlannedDevice, ...]
    app_edges: tuple[Edge, ...]
    packages: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    """The app's own; each has its value as its default."""

    @property
    def components(self) -> tuple[str, ...]:
        """The compiled components, the drivers by their class's symbol."""
        classes = tuple(dict.fromkeys(type(each.device) for each in self.devices))
        shared = dict.fromkeys(name for cls in classes for name in cls.needs)
        return (*RUNTIME_COMPONENTS, *shared, *(cls.symbol() for cls in classes))

    @property
    def taken_bytes(self) -> int:
        """Memory that the devices take for good when they come up, beside what the image holds; and the texts that the
        boot sets.
        """
        taken = sum(each.device.memory_bytes() for each in self.devices)
        return taken + abi.COMMAND_LINE_BYTES * self.opened

    @property
    def opened(self) -> bool:
        """Whether the boot may set anything by the command line."""
        devices = (each.device for each in self.devices)
        return any(listing.open_parameters(devices)) or any(each.open for each in self.parameters)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole plan, the app's files included, in hexadecimal."""
        data = {"app": self.app.digest, **self.data()}
        return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def data(self) -> dict[str, Any]:
        """The plan as plain values, as the manifest keeps it."""
        return {
            "name": self.name,
            "target": self.target.name,
            "memory_bytes": self.memory_bytes,
            "devices": [
                {
                    "name": each.name,
                    "class": each.class_name,
                    "parameters": {
                        p.name: getattr(each.device, p.name) for p in each.device.parameters() if not p.secret_bytes
                    },
                    "requires": {edge.field: edge.provider for edge in each.edges},
                    **({"open": list(each.device.open)} if each.device.open else {}),
                }
                for each in self.devices
            ],
            "uses": {edge.field: edge.provider for edge in self.app_edges},
            **({"packages": list(self.packages)} if self.packages else {}),
            **({"parameters": [app_parameter.data(each) for each in self.parameters]} if self.parameters else {}),
        }

    def card(self) -> Card:
        """The plan as a page: devices in boot order, who requires whom and why, what the boot can set."""
        devices = tuple(
            (str(i), each.name, each.class_name, settings(each.device), "added by the plan" if each.added else "")
            for i, each in enumerate(self.devices, 1)
        )
        columns = (
            Column("", "right"),
            Column("device", mono=True),
            Column("class"),
            Column("settings", mono=True),
            Column(""),
        )
        owners = [(each.name, each.edges) for each in self.devices] + [(APP, self.app_edges)]
        edges = tuple(
            (f"{owner}.{edge.field}", edge.interface, edge.provider, f"{edge.how}: {edge.why}")
            for owner, all_edges in owners
            for edge in all_edges
        )
        edge_columns = (
            Column("requirement", mono=True),
            Column("interface"),
            Column("met by", mono=True),
            Column("why"),
        )
        settable = listing.table((each.device for each in self.devices), self.parameters)
        return Card(
            self.name,
            word="plan",
            facts=(self.target.name, memory(self.memory_bytes), f"{len(self.devices)} devices, in boot order"),
            tables=(Table(columns, devices), Table(edge_columns, edges), *([settable] if settable else [])),
            foot=" · ".join(
                [
                    f"components: {', '.join(self.components)}",
                    *([f"packages: {', '.join(self.packages)}"] if self.packages else []),
                    f"digest {self.digest[:12]}",
                ]
            ),
        )
