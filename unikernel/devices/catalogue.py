"""The device classes that there are: our own, and those of installed packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from unikernel.devices.device import Device
from unikernel.errors import Refusal

GROUP = "unikernel.devices"
"""The entry points by which a package brings device classes: ``Blinker = "blinker.device:Blinker"``."""


class Catalogue(Mapping[str, type[Device]]):
    """Device classes by name, our own first. Packages are looked for only when a name is not ours, or all are asked for.

    Asking for a class that its package cannot give raises `Refusal`; in the list it is missing.
    """

    def __init__(self, own: tuple[type[Device], ...]) -> None:
        """`own` in the order in which they are listed."""
        self.own: Mapping[str, type[Device]] = {cls.__name__: cls for cls in own}

    def __getitem__(self, name: str) -> type[Device]:
        """Raises `KeyError` for a name that nobody brings, `Refusal` for one whose package is broken."""
        if name in self.own:
            return self.own[name]
        found, broken = self._brought
        if name in broken:
            raise Refusal(broken[name])
        return found[name]

    def __contains__(self, name: object) -> bool:
        """Also for a class that its package cannot give."""
        return name in self.own or any(name in each for each in self._brought)

    def __iter__(self) -> Iterator[str]:
        """The names, those of packages in alphabetical order."""
        return iter((*self.own, *sorted(self._brought[0])))

    def __len__(self) -> int:
        """How many can be used."""
        return len(self.own) + len(self._brought[0])

    @property
    def problems(self) -> tuple[str, ...]:
        """Why classes that packages promise cannot be used, a sentence each."""
        return tuple(self._brought[1].values())

    @cached_property
    def _brought(self) -> tuple[dict[str, type[Device]], dict[str, str]]:
        """What packages bring: classes, and by name why others cannot be had."""
        from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and most stacks are made of our own

        found: dict[str, type[Device]] = {}
        broken: dict[str, str] = {}
        for point in entry_points(group=GROUP):
            package = point.dist.name if point.dist else "a package"
            place = f"{point.name}: {package}"
            try:
                cls = point.load()
            except Exception as error:  # noqa: BLE001 - whatever a package does must not hurt the others
                broken[point.name] = f"{place} cannot load it ({type(error).__name__}: {error}); mend or uninstall it."
                continue
            if not (isinstance(cls, type) and issubclass(cls, Device) and cls.__name__ == point.name):
                broken[point.name] = f"{place} names {point.value}, which is no device class of that name; mend it."
            elif point.name in self.own or point.name in found:
                broken[point.name] = f"{place} brings a device class that there is already; uninstall one of them."
                found.pop(point.name, None)
            else:
                found[point.name] = cls
        return found, broken
