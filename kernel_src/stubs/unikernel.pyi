"""The module unikernel, as an app in the machine sees it; kernel_src/micropython/unikernel_module.c is the thing."""

import io
from typing import Any, NamedTuple, NoReturn

class _Device(NamedTuple):
    name: str
    class_name: str
    status: int

class _Memory(NamedTuple):
    total: int
    heap: int
    heap_free: int
    stack: int

class _Record(NamedTuple):
    name: str
    kind: str
    ns: int | None

class _Channel(io.FileIO):
    """A stream of bytes both ways; text goes out as UTF-8."""

    def write(self, data: bytes | bytearray | memoryview | str, /) -> int: ...  # type: ignore[override]

def devices() -> list[_Device]:
    """The devices in boot order; status 0 is up, 1 not tried, below zero the errno of a failure."""

def device(name: str) -> Any:
    """The device itself, where an app can use it: a Block has readblocks, writeblocks, flush, discard and ioctl, a Log line."""

def channel(name: str) -> _Channel:
    """A channel beside the console, as a VirtioConsole has them."""

def memory() -> _Memory:
    """Bytes in all, of the heap, free in the heap now, of the stack."""

def trace() -> list[_Record]:
    """The boot so far; ns since the machine's start, None where the clock's rate is not known."""

def parameters() -> dict[str, Any]:
    """The app's own parameters by name, and what the devices leave open by NAME.PARAMETER; as this boot has them."""

def manifest() -> dict[str, Any]:
    """What the image says of itself: name, target, memory, devices with parameters, components, versions."""

def mark(name: str) -> None:
    """Adds a record of the app's own to the trace."""

def reseed() -> None:
    """Seeds the generator behind os.urandom and random again, now."""

def exit(status: int = 0) -> NoReturn:
    """Ends the machine at once, without unwinding."""

def restart() -> NoReturn:
    """Ends the machine at once, and asks whoever runs it to start it again."""
