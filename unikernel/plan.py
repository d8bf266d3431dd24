"""A plan: a resolved stack. The graph is closed and each edge says why it is as it is; pure data, with a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

from unikernel import abi
from unikernel.app import App
from unikernel.devices import (
    Device,
    LittleFs,
    Parameter,
    Rdrand,
    Requirement,
    RomFiles,
    TscClock,
    Uart16550,
    app_parameter,
    listing,
)
from unikernel.devices.app_requirements import APP, APP_REQUIREMENTS
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Console, Entropy, Interface
from unikernel.stack import Stack, settings
from unikernel.table import Card, Column, Shown, Table
from unikernel.targets import Target, target_named
from unikernel.units import memory

DEFAULTS: dict[type[Interface | Device], type[Device]] = {
    Console: Uart16550,
    Clock: TscClock,
    Entropy: Rdrand,
    RomFiles: RomFiles,
    LittleFs: LittleFs,
}
"""What the plan adds where nobody in the stack provides a required interface."""

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


def resolve(stack: Stack) -> Plan:
    """Closes the graph of `stack`.

    A requirement that was left out is filled when exactly one device provides the interface, or none does and it has a
    default; the edge says so. Raises `Refusal` for a requirement that nobody meets or two could, a cycle, or hardware
    claimed twice.
    """
    devices = {device.name: device for device in stack.devices}
    added: set[str] = set()
    edges: dict[str, tuple[Edge, ...]] = {}
    uses = tuple(_app_edges(stack, devices, added))
    waiting = list(devices.values())
    while waiting:
        device = waiting.pop(0)
        before = set(devices)
        edges[device.name] = tuple(
            edge
            for need in device.requirements()
            if (edge := _edge(device.name, need, getattr(device, need.field), devices, added)) is not None
        )
        waiting += [devices[name] for name in devices.keys() - before]
    _check_claims(stack.name, devices, edges)
    asking = [device.name for device in devices.values() for _ in device.virtio()]
    target_named(stack.target).check_room(stack.name, asking)
    order = _order(stack.name, devices, edges)
    for device in devices.values():
        device.check_files(stack.app.files)
    planned = tuple(PlannedDevice(devices[name], edges[name], name in added) for name in order)
    return Plan(
        stack.name,
        target_named(stack.target),
        stack.memory_bytes,
        stack.app,
        planned,
        uses,
        stack.packages,
        stack.app_parameters,
    )


def _app_edges(stack: Stack, devices: dict[str, Device], added: set[str]) -> list[Edge]:
    known = {need.field for need in APP_REQUIREMENTS}
    for key in stack.uses:
        if key not in known:
            raise Refusal(f'{stack.name}: the app cannot use "{key}"; it uses {", ".join(sorted(known))}.')
    found = []
    for need in APP_REQUIREMENTS:
        given = stack[stack.uses[need.field]] if need.field in stack.uses else None
        if given is not None and not isinstance(given, need.interface):
            raise Refusal(
                f"{stack.name}: the app's {need.field} is {given.name} ({type(given).__name__}), which does not "
                f"provide {need.interface.__name__}; name one that does."
            )
        edge = _edge(APP, need, given, devices, added)
        if edge is not None:
            found.append(edge)
    return found


def _edge(
    owner: str, need: Requirement, given: Device | None, devices: dict[str, Device], added: set[str]
) -> Edge | None:
    interface = need.interface.__name__
    if isinstance(given, Device):
        return Edge(need.field, interface, given.name, "given", "the stack says so")
    able = [each for each in devices.values() if isinstance(each, need.interface) and each.name != owner]
    if len(able) > 1:
        names = ", ".join(device.name for device in able[:-1]) + f" and {able[-1].name}"
        cure = f"[app] {need.field}" if owner == APP else f"[devices.{owner}] {need.field}"
        raise Refusal(
            f"{owner}.{need.field}: {_count(len(able))} devices provide {interface}, {names}; name the one to use, "
            f'as in {cure} = "{able[0].name}".'
        )
    if able:
        why = f"the default for {interface}" if able[0].name in added else f"the only device that provides {interface}"
        return Edge(need.field, interface, able[0].name, "filled", why)
    if need.optional:
        return None
    if need.interface not in DEFAULTS:
        raise Refusal(f"{owner}.{need.field}: no device in the stack provides {interface}; add one that does.")
    device = DEFAULTS[need.interface]()
    if device.name in devices:
        raise Refusal(
            f'{owner}.{need.field}: no device provides {interface}, and the name of its default, "{device.name}", is '
            f"taken; rename that device or add a provider."
        )
    devices[device.name] = device
    added.add(device.name)
    return Edge(need.field, interface, device.name, "filled", f"the default for {interface}")


def _check_claims(place: str, devices: dict[str, Device], edges: dict[str, tuple[Edge, ...]]) -> None:
    owners: dict[str, Device] = {}
    for device in devices.values():
        met = {edge.field: devices[edge.provider] for edge in edges[device.name]}
        for claim in (*device.claims(), *device.claims_of(met)):
            if owners.setdefault(claim, device) is not device:
                first = owners[claim].name
                raise Refusal(f"{place}: {first} and {device.name} both drive {claim}; remove one of them.")


def _order(place: str, devices: dict[str, Device], edges: dict[str, tuple[Edge, ...]]) -> list[str]:
    """Requirements first, else as the stack has them."""
    sorter = TopologicalSorter({name: [edge.provider for edge in edges[name]] for name in devices})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        circle = " requires ".join(reversed(error.args[1]))
        raise Refusal(f"{place}: {circle}: a cycle cannot come up; point one of them at another device.") from error


def _count(number: int) -> str:
    return {2: "two", 3: "three"}.get(number, str(number))
