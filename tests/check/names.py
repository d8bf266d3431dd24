"""What the machine itself says of its names: ``python -m tests.check.names`` writes unikernel/build/names.json anew."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
import types
from typing import Any

from unikernel.app import App
from unikernel.build.image import build
from unikernel.build.known import TABLE
from unikernel.build.runtime import modules_in_image
from unikernel.devices import (
    CATALOGUE,
    Loopback,
    MbedTls,
    RawMemory,
    Rdrand,
    RomFiles,
    TcpSockets,
    TscClock,
    Uart16550,
    UdpSockets,
)
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 30
MODULES = sorted(modules_in_image([each.symbol() for each in CATALOGUE.values()]))
"""Those of every image, and those that a device brings."""
DEVICES = (
    *(Uart16550(), TscClock(), Rdrand(), RomFiles()),
    *(Loopback(), TcpSockets(), UdpSockets(), MbedTls(), RawMemory()),
)
"""With what they bring, an image has all of them."""

#: An object of each kind, the same in both; below, what no kind has under a name of two underscores but CPython's, and
#: what the machine's modules make, whose names may be those of other kinds in CPython.
SAMPLES = """
import os, time
def _generator():
    yield
class _Class:
    def method(self):
        pass
samples = [
    "", b"", bytearray(), [], (), {}, set(), frozenset(), 1, 1.0, 1j, True, None, range(3), len,
    memoryview(b""), Exception(), OSError(2), SystemExit(3), StopIteration(4), _Class, _Class(), _Class().method,
    _generator, _generator(), object(), {}.keys(), property(_generator), os, os.stat("/"), time.gmtime(0),
]
"""
SPECIAL = (
    *("__annotations__", "__cause__", "__code__", "__context__", "__defaults__", "__doc__", "__func__"),
    *("__kwdefaults__", "__mro__", "__notes__", "__self__", "__subclasses__", "__suppress_context__", "__traceback__"),
)

ASK = """
import asyncio, collections, hashlib, io, re, select, socket
samples += [
    asyncio.Event(), asyncio.Lock(), asyncio.StreamReader(None), asyncio.get_event_loop(), collections.deque((), 1),
    hashlib.sha256(), io.BytesIO(), io.StringIO(), re.compile("x"), re.match("x", "x"), select.poll(), socket.socket(),
]
def there(name):
    for each in samples:
        try:
            getattr(each, name)
            return True
        except AttributeError:
            pass
        except Exception:
            return True
    return False
modules = {}
for name in MODULES:
    module = __import__(name)
    modules[name] = sorted(set(dir(module)) - {"__class__", "__dict__"})
import json
print(json.dumps({"modules": modules, "lacking": [name for name in CANDIDATES if not there(name)]}))
"""


def candidates() -> list[str]:
    """Every name that one of CPython's builtin objects has, but those for the language itself."""
    found: dict[str, Any] = {"os": os, "time": time, "types": types}
    exec(SAMPLES, found)  # noqa: S102 - the same objects as in the machine
    names = {name for each in found["samples"] if each is not os for name in dir(each)}
    return sorted({name for name in names if not name.startswith("_") and name != "method"} | set(SPECIAL))


async def said(program: str) -> Any:
    """What the machine with all modules prints in JSON."""
    with tempfile.TemporaryDirectory() as folder:
        image = build(Stack("names", App.from_text(program), DEVICES), into=folder)
        async with await boot(image, timeout_s=PATIENCE_S) as machine:
            run = await machine.wait()
    return json.loads(run.transcript.data)


async def ask() -> dict[str, Any]:
    """The table as the machine gives it."""
    found = await said(f"{SAMPLES}MODULES = {MODULES!r}\nCANDIDATES = {candidates()!r}\n{ASK}")
    return {"modules": dict(sorted(found["modules"].items())), "lacking": found["lacking"]}


if __name__ == "__main__":
    TABLE.write_text(json.dumps(asyncio.run(ask()), indent=1) + "\n")
