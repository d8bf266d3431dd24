"""Parameters: what a device, or the app, can be told; fixed when the image is built, or left open for the boot."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Final

from unikernel.errors import Refusal
from unikernel.units import exact_memory, parse_memory

Value = bool | int | str

BYTES: Final = "bytes"
"""The unit of sizes: people write them as ``4 MiB``."""

_KINDS: Final = {bool: "true or false", int: "a whole number", str: "a text"}
_INTEGER_BITS: Final = 63
_INTEGER: Final = re.compile(r"-?[0-9]{1,30}")
_WORDS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Open:
    """In the place of a value: it is left open for the boot, `default` where the boot says nothing.

    Without a `default` it is the class's own. Written as `OPEN` or ``OPEN(4 * MIB)``.
    """

    default: Value | None = None

    def __call__(self, default: Value) -> Any:
        """The same with a default of its own."""
        return Open(default)


OPEN: Any = Open()
"""``VirtioBlock(size=OPEN)`` leaves the size to the boot; ``OPEN(8 * MIB)`` gives it another default."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a device class, or of an app; `choices` and the inclusive bounds limit its values."""

    name: str
    type: type[bool | int | str]
    default: Value
    text: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    step: int = 1
    host: bool = False
    """Whether only the host reads it: it is in no C."""
    secret_bytes: int = 0
    """How long a secret it is: given at each boot, in no image, shown nowhere. 0: none."""
    at_build: bool = False
    """Whether it is read when the image is built, and so cannot be left open."""
    open: bool = False
    """Of an app's: whether the boot may say otherwise. Which of a device's are open, the device says."""

    @property
    def kind(self) -> str:
        """What it takes: ``whole number, bytes``, ``error | warning``."""
        if self.secret_bytes:
            return f"secret, {self.secret_bytes} bytes"
        if self.choices:
            return " | ".join(self.choices)
        name = {bool: "true | false", int: "whole number", str: "text"}[self.type]
        return f"{name}, {self.unit}" if self.unit else name

    def check(self, value: object, place: str) -> Value:
        """`value` if it may be one of this parameter's; else raises `Refusal` naming `place`."""
        if type(value) is not self.type:
            raise Refusal(f"{place}: {self.name} is {value!r}; it must be {_KINDS[self.type]}{self._example()}.")
        if self.choices and value not in self.choices:
            raise Refusal(f"{place}: {self.name} is {value!r}; it must be one of {', '.join(self.choices)}.")
        if isinstance(value, str) and ("\0" in value or not _is_unicode(value)):
            raise Refusal(f"{place}: {self.name} is {value!r}; it must be a text in UTF-8 without a NUL.")
        if isinstance(value, int):
            self._check_bounds(value, place)
        assert isinstance(value, bool | int | str)
        return value

    def read(self, value: object, place: str) -> Value:
        """The same for what a person wrote: a size may also be ``"4 MiB"``."""
        if self.unit == BYTES and isinstance(value, str):
            value = parse_memory(value, f"{place}: {self.name}") if value.strip() != "0" else 0
        return self.check(value, place)

    def parse(self, text: str, place: str) -> Value:
        """The value of a word of a command: ``true``, ``12``, ``4MiB``, or the text itself."""
        value: Value = text
        if self.type is bool:
            value = _WORDS.get(text, text)
        elif self.type is int and _INTEGER.fullmatch(text):
            value = int(text)
        return self.read(value, place)

    def written(self, value: Value) -> Value:
        """`value` as people write it, which `read` takes back: a size as ``4 MiB``."""
        if self.unit == BYTES and isinstance(value, int) and value > 0:
            return exact_memory(value)
        return value

    def secret(self, value: object, place: str) -> bytes:
        """The bytes of a secret: as they are, or as the hexadecimal digits of a file; raises `Refusal`, which says
        nothing of them.
        """
        if not isinstance(value, bytes | bytearray):
            raise Refusal(
                f"{place}: {self.name} is a secret, and a command can be read by others; give it in a file, as "
                f"--secret {place}.{self.name}=FILE, or as bytes."
            )
        if len(value) == self.secret_bytes:
            return bytes(value)
        digits = bytes(value).strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{%d}" % (2 * self.secret_bytes), digits):
            raise Refusal(
                f"{place}: {self.name} has {len(value)} bytes; it must be {self.secret_bytes} bytes, or "
                f"{2 * self.secret_bytes} hexadecimal digits."
            )
        return bytes.fromhex(digits.decode())

    def _check_bounds(self, value: int, place: str) -> None:
        it = f"{place}: {self.name} is {self.written(value)}"
        if value.bit_length() > _INTEGER_BITS:
            raise Refusal(f"{it}; a parameter must fit in 64 bits, choose a smaller one.")
        if self.least is not None and value < self.least:
            raise Refusal(f"{it}; the least is {self.written(self.least)}.")
        if self.most is not None and value > self.most:
            raise Refusal(f"{it}; the most is {self.written(self.most)}.")
        if value % self.step:
            raise Refusal(f"{it}; it must be a multiple of {self.written(self.step)}.")

    def _example(self) -> str:
        return " of bytes, or a size like 4 MiB" if self.unit == BYTES else ""


def parameter(
    default: bool | int | str,  # noqa: FBT001 - a parameter may be a bool
    text: str,
    *,
    unit: str = "",
    choices: tuple[str, ...] = (),
    least: int | None = None,
    most: int | None = None,
    step: int = 1,
    host: bool = False,
    secret_bytes: int = 0,
    at_build: bool = False,
) -> Any:
    """A dataclass field that is a parameter: its default, one line about it, and its limits."""
    return dataclasses.field(
        default=default,
        metadata={
            "text": text,
            "unit": unit,
            "choices": choices,
            "least": least,
            "most": most,
            "step": step,
            "host": host,
            "secret_bytes": secret_bytes,
            "at_build": at_build,
        },
    )


def _is_unicode(text: str) -> bool:
    """Whether it can be written in UTF-8; a word of a command that was not in it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
