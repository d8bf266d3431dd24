"""What a device is: a frozen dataclass whose class says what it provides, and whose fields what it requires.

A field typed by an interface is a requirement; every other field but ``name`` and ``open`` is a parameter. The class's
name decides the names of its C file, its driver and its parameters: ``Uart16550`` is ``drivers/uart16550.c``,
``uart16550_driver`` and ``struct uart16550_parameters``.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from unikernel.devices.attachment import VIRTIO, Attachment
from unikernel.devices.parameter import Open, Parameter, parameter
from unikernel.errors import Refusal
from unikernel.interfaces import Interface

__all__ = ["Device", "Parameter", "Requirement", "parameter"]

NAME = re.compile(r"[a-z0-9_-]{1,20}")
"""A device's name: 1 to 20 of a–z, 0–9, _ and -, as a block device's serial can carry it."""

RESERVED = ("app", "virtio_mmio")
"""Names that no device can have: what the machine's command line says of them is another's."""


@dataclass(frozen=True)
class Requirement:
    """A requirement of a device class: the field that holds the provider, and the interface asked for."""

    field: str
    interface: type[Interface]
    optional: bool


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device in a stack. Its `name` is unique there; left out, it is the class in lower case."""

    kind: ClassVar[str] = "drivers"
    """The kind of component that its bytes count as: a colour of the look."""

    source: ClassVar[str] = ""
    """Its C file, relative to ``kernel_src``; left out, ``drivers/CLASS.c`` with the class in snake case."""

    hardware: ClassVar[str] = ""
    """The piece of hardware that it drives alone; two devices of a stack cannot claim the same."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Components beside its driver: folders of ``kernel_src/drivers`` that several drivers share."""

    modules: ClassVar[tuple[str, ...]] = ()
    """Modules of ``kernel_src/modules`` that it brings into the image, beside those that the app imports."""

    always_open: ClassVar[tuple[str, ...]] = ()
    """Parameters that each boot may give, whatever the stack says of them."""

    name: str = ""
    open: tuple[str, ...] = ()
    """Parameters that are left open for the boot; what they are set to is their default there."""

    def __post_init__(self) -> None:
        """Takes the default name; raises `Refusal` for a bad name, parameter or requirement."""
        if not self.name:
            object.__setattr__(self, "name", type(self).__name__.lower())
        place = type(self).__name__
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise Refusal(f"{place}: {self.name!r} is no name for a device; use 1 to 20 of a-z, 0-9, _ and -.")
        if self.name in RESERVED:
            raise Refusal(f'{place}: "{self.name}" is reserved; give the device another name.')
        self._take_open(f"{self.name} ({place})")
        for each in self.parameters():
            each.check(getattr(self, each.name), f"{self.name} ({place})")
        for need in self.requirements():
            value = getattr(self, need.field)
            if value is None or (isinstance(value, need.interface) and isinstance(value, Device)):
                continue
            raise Refusal(
                f"{self.name} ({place}): {need.field} is {_shown(value)}; it must be a device that provides "
                f"{need.interface.__name__}."
            )

    def _take_open(self, place: str) -> None:
        """`OPEN` in the place of a value becomes that parameter's default, and its name one of `open`."""
        known = [each.name for each in self.parameters()]
        for name in self.open:
            if name not in known:
                raise Refusal(
                    f"{place}: open names {name}, which is no parameter; it has {', '.join(known) or 'none'}."
                )
        opened = {*self.open, *self.always_open}
        for each in self.parameters():
            value = getattr(self, each.name)
            if isinstance(value, Open):
                object.__setattr__(self, each.name, each.default if value.default is None else value.default)
                opened.add(each.name)
            elif each.secret_bytes:
                if value != each.default:
                    raise Refusal(
                        f"{place}: {each.name} is a secret, which no stack holds; leave it out, and give it at boot."
                    )
                opened.add(each.name)
            if each.at_build and each.name in opened:
                raise Refusal(f"{place}: {each.name} is read when the image is built; give it a value.")
        object.__setattr__(self, "open", tuple(name for name in known if name in opened))

    @property
    def left_open(self) -> tuple[str, ...]:
        """What the stack leaves open, beside what is open always."""
        return tuple(name for name in self.open if name not in self.always_open)

    def fault_of(self, parameter: str, secret: bytes) -> str:
        """What is wrong with a secret of the right length, half a sentence with its cure; empty: nothing."""
        del parameter, secret
        return ""

    def claims(self) -> tuple[str, ...]:
        """What it has for itself alone: two devices of a stack cannot claim the same."""
        return (self.hardware,) if self.hardware else ()

    def claims_of(self, met: Mapping[str, Device]) -> tuple[str, ...]:
        """The same of what the devices have that meet its requirements, by field. Raises `Refusal` where they will not do."""
        del met
        return ()

    def attachments(self) -> tuple[Attachment, ...]:
        """What it asks of the machine around it."""
        return ()

    def virtio(self) -> tuple[Attachment, ...]:
        """Those of its attachments that are virtio devices, for which a machine has so much room."""
        return tuple(each for each in self.attachments() if isinstance(each, VIRTIO))

    def memory_bytes(self) -> int:
        """Memory that its driver takes for good when it comes up, beside what the image holds."""
        return 0

    def check_files(self, files: Mapping[str, bytes]) -> None:
        """Raises `Refusal` for what it asks of the app's files, by relative path, and does not find."""

    @classmethod
    def provides(cls) -> tuple[type[Interface], ...]:
        """The interfaces that the class provides."""
        return tuple(base for base in cls.__mro__ if issubclass(base, Interface) and Interface in base.__bases__)

    @classmethod
    @cache
    def requirements(cls) -> tuple[Requirement, ...]:
        """The fields typed by an interface, in the order of the class."""
        hints = typing.get_type_hints(cls)
        found = []
        for each in dataclasses.fields(cls):
            options = [t for t in (typing.get_args(hints[each.name]) or (hints[each.name],)) if isinstance(t, type)]
            interfaces = [t for t in options if issubclass(t, Interface)]
            if interfaces:
                found.append(Requirement(each.name, interfaces[0], optional=bool(each.metadata.get("optional"))))
        return tuple(found)

    @classmethod
    @cache
    def parameters(cls) -> tuple[Parameter, ...]:
        """The fields that are parameters, in the order of the class."""
        required = {need.field for need in cls.requirements()} | {"name", "open"}
        hints = typing.get_type_hints(cls)
        return tuple(
            Parameter(each.name, hints[each.name], typing.cast("bool | int | str", each.default), **each.metadata)
            for each in dataclasses.fields(cls)
            if each.name not in required
        )

    @classmethod
    def symbol(cls) -> str:
        """The class in snake case: the stem of its C file and the prefix of its C names."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def source_file(cls) -> str:
        """Its C file, relative to ``kernel_src``."""
        return cls.source or f"drivers/{cls.symbol()}.c"

    @classmethod
    def summary(cls) -> str:
        """The docstring's first line."""
        return (cls.__doc__ or "").strip().splitlines()[0]


def _shown(value: object) -> str:
    return f"{value.name} ({type(value).__name__})" if isinstance(value, Device) else repr(value)
