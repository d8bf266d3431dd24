"""Values by key that survive a loss of power."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.devices.little_fs import LittleFs
from unikernel.interfaces import Kv


@dataclass(frozen=True, kw_only=True)
class LittleKv(Device, Kv):
    """Values by key on a littlefs, each replaced in one step: after a loss of power it is the old or the new one, whole.

    The app has it as ``unikernel.device(NAME)``, with ``get(key)``, ``set(key, value)``, ``list()`` and ``remove(key)``.
    A key is 1 to 64 of a-z, A-Z, 0-9, dots, _ and -, without a dot first; a value at most 65 536 bytes. What ``set``
    has returned from is on the disk. Each value is a file of the folder.
    """

    kind: ClassVar[str] = "storage"
    source: ClassVar[str] = "micropython/little_kv.c"
    needs: ClassVar[tuple[str, ...]] = ("kv",)
    modules: ClassVar[tuple[str, ...]] = ("_kv",)

    files: LittleFs | None = None
    folder: str = parameter("", "its folder on the littlefs; left out, its name")
