"""Values by key that ship inside the image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.devices.rom_files import RomFiles
from unikernel.errors import Refusal
from unikernel.interfaces import Kv

KEY_MOST = 64
VALUE_MOST_BYTES = 65536
_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@dataclass(frozen=True, kw_only=True)
class RomKv(Device, Kv):
    """Values by key inside the image, read-only: each file of a folder of the app is one.

    The app has it as ``unikernel.device(NAME)``, with ``get(key)`` and ``list()``; ``set`` and ``remove`` raise OSError.
    Keys and values are those that `LittleKv` takes.
    """

    kind: ClassVar[str] = "storage"
    source: ClassVar[str] = "micropython/rom_kv.c"
    needs: ClassVar[tuple[str, ...]] = ("kv",)
    modules: ClassVar[tuple[str, ...]] = ("_kv",)

    files: RomFiles | None = None
    folder: str = parameter("", "its folder beside main.py; left out, its name")

    def check_files(self, files: Mapping[str, bytes]) -> None:
        """Raises `Refusal` for a folder that is not there, and for a file in it that is no key and value."""
        folder = f"{self.folder or self.name}/"
        place = f"{self.name} (RomKv)"
        found = {name.removeprefix(folder): content for name, content in files.items() if name.startswith(folder)}
        if not found:
            raise Refusal(f"{place}: the app has no file in {folder}; put one there for each key.")
        for key, content in found.items():
            if len(key) > KEY_MOST or not _KEY.issuperset(key) or key.endswith(".py"):
                raise Refusal(
                    f"{place}: {folder}{key} is no key; name the file with 1 to {KEY_MOST} of a-z, A-Z, 0-9, dots, "
                    f"_ and -, not ending in .py."
                )
            if len(content) > VALUE_MOST_BYTES:
                raise Refusal(
                    f"{place}: {folder}{key} has {len(content)} bytes; a value has at most {VALUE_MOST_BYTES}."
                )
