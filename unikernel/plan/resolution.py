"""From a stack to a plan: the graph is closed, or it is refused."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from unikernel.devices import Device, LittleFs, Rdrand, Requirement, RomFiles, TscClock, Uart16550
from unikernel.devices.app_requirements import APP, APP_REQUIREMENTS
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Console, Entropy, Interface
from unikernel.plan.plan import Edge, Plan, PlannedDevice
from unikernel.stack import Stack
from unikernel.targets import target_named

DEFAULTS: dict[type[Interface | Device], type[Device]] = {
    Console: Uart16550,
    Clock: TscClock,
    Entropy: Rdrand,
    RomFiles: RomFiles,
    LittleFs: LittleFs,
}
"""What the plan adds where nobody in the stack provides a required interface."""


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
