"""An encrypted disk."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.interfaces import Block
from unikernel.units import KIB

KEY_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class EncryptedBlock(Device, Block):
    """A disk whose blocks are encrypted on another: AES-256 in XTS mode, the sector's number as tweak.

    It hides what a sector holds. It does not notice that a sector was changed, swapped for an older one of the same place, or
    set to zeros, and it shows which sectors were never written: those are zeros below, and read as zeros. So a fresh disk is
    formatted, and a disk under another key reads as noise, which no file system mounts. The key is two keys of 32 bytes;
    each boot gives it, no image holds it, and the machine wipes it when it ends.

    Source: IEEE 1619-2018, section 5; NIST SP 800-38E. AES and XTS are those of mbedTLS 3.6.
    """

    kind: ClassVar[str] = "storage"
    needs: ClassVar[tuple[str, ...]] = ("mbedtls",)

    disk: Block | None = None
    key: str = parameter("", "its key: two different keys of 32 bytes", secret_bytes=KEY_BYTES)

    def memory_bytes(self) -> int:
        """Both directions' round keys, and what is encrypted before it is written."""
        return 20 * KIB

    def fault_of(self, parameter: str, secret: bytes) -> str:
        """XTS with the same key twice is weak."""
        del parameter
        same = secret[: KEY_BYTES // 2] == secret[KEY_BYTES // 2 :]
        return "its two halves are the same; make another, as with openssl rand -hex 64" if same else ""
