"""The packages of a stack: Python from a package index, each pinned to one version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from unikernel.errors import Refusal

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = r"[A-Za-z0-9](?:[A-Za-z0-9.+!_-]*[A-Za-z0-9])?"
_PIN = re.compile(rf"({_NAME})\s*==\s*({_VERSION})")


@dataclass(frozen=True)
class Pin:
    """One package at one version, as the user wrote them; ``str()`` is ``name==version``."""

    name: str
    version: str

    @property
    def key(self) -> str:
        """The name as indexes compare it: small letters, one dash for each run of dots, dashes and underscores."""
        return normalized(self.name)

    def __str__(self) -> str:
        """As pip takes it."""
        return f"{self.name}=={self.version}"


def normalized(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(texts: Iterable[object], place: str) -> tuple[Pin, ...]:
    """The packages of a stack; raises `Refusal`, naming `place`, for one that is not pinned, or stands there twice."""
    found: dict[str, Pin] = {}
    for text in texts:
        match = _PIN.fullmatch(text.strip()) if isinstance(text, str) else None
        if match is None:
            raise Refusal(f'{place}: {_quoted(text)} is no pinned package; write "name==version", with one version.')
        pin = Pin(match[1], match[2])
        if found.setdefault(pin.key, pin) is not pin:
            raise Refusal(f"{place}: {found[pin.key]} and {pin} are the same package; remove one of them.")
    return tuple(found.values())


def _quoted(text: object) -> str:
    return f'"{text}"' if isinstance(text, str) else repr(text)
