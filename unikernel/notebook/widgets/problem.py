"""What is wrong with a stack, in words, and the edits that would cure it: each cure is the stack that it would make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unikernel.devices import CATALOGUE
from unikernel.devices.app_requirements import APP, APP_REQUIREMENTS
from unikernel.errors import Refusal
from unikernel.notebook.widgets.edits import free_name, use
from unikernel.plan import DEFAULTS, Plan, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unikernel.devices import Requirement
    from unikernel.stack import Stack


@dataclass(frozen=True)
class Cure:
    """One edit: what its button says, and the stack after it."""

    label: str
    stack: Stack


@dataclass(frozen=True)
class Problem:
    """The plan's refusal, the devices it is about (``app`` for the app), and the cures."""

    sentence: str
    owners: tuple[str, ...]
    cures: tuple[Cure, ...]


def examine(stack: Stack) -> Plan | Problem:
    """The plan of a stack, or what keeps it from having one."""
    try:
        return resolve(stack)
    except Refusal as refusal:
        sentence = str(refusal)
    for owner, need, given in _requirements(stack):
        if given is not None or not sentence.startswith(f"{owner}.{need.field}:"):
            continue
        able = [each for each in stack.devices if isinstance(each, need.interface) and each.name != owner]
        uses = (Cure(f"Use {each.name}", use(stack, owner, need.field, each)) for each in able)
        return Problem(sentence, (owner,), tuple(uses if able else _additions(stack, need)))
    rivals = _rivals(stack)
    cures = (Cure(f"Remove {name}", stack.remove(name)) for name in rivals)
    return Problem(sentence, rivals or _named(stack, sentence), tuple(cures))


def _requirements(stack: Stack) -> Iterator[tuple[str, Requirement, object]]:
    """Each requirement with what was given for it, in the order in which the plan looks."""
    for need in APP_REQUIREMENTS:
        yield APP, need, stack.uses.get(need.field)
    for device in stack.devices:
        for need in device.requirements():
            yield device.name, need, getattr(device, need.field)


def _additions(stack: Stack, need: Requirement) -> Iterator[Cure]:
    taken = {each.name for each in stack.devices}
    for name, cls in CATALOGUE.items():
        if issubclass(cls, need.interface):
            free = name.lower() not in taken
            device = cls() if free else cls(name=free_name(stack, name.lower()))
            yield Cure(f"Add {device.name}", stack.add(device))
    default = DEFAULTS.get(need.interface)
    if default and default.__name__ not in CATALOGUE:
        yield Cure(f"Add {default.__name__.lower()}", stack.add(default()))


def _rivals(stack: Stack) -> tuple[str, ...]:
    """The devices that claim one piece of hardware, where there are such."""
    for device in stack.devices:
        same = tuple(each.name for each in stack.devices if device.hardware and each.hardware == device.hardware)
        if len(same) > 1:
            return same
    return ()


def _named(stack: Stack, sentence: str) -> tuple[str, ...]:
    """The devices that a sentence names, as a cycle's does."""
    words = sentence.replace(":", " ").replace(";", " ").replace(",", " ").replace(".", " ").split()
    return tuple(each.name for each in stack.devices if each.name in words)
