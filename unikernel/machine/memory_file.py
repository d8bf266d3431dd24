"""A machine's memory: a file without a name that we map and the VMM inherits.

So its records can be read while the machine runs and after it has died, by SIGKILL too, and nothing lies in a folder. It
is sealed in size: no guest can pull it from under us.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os

from unikernel.errors import VmmError


class MemoryFile:
    """A memfd of a fixed size, mapped for reading. A guest-physical address is an offset in it."""

    def __init__(self, size: int) -> None:
        """Make it of `size` bytes. Raises `VmmError` where the host does not give that much."""
        self.fd = -1
        try:
            self.fd = os.memfd_create("unikernel-machine", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(self.fd, size)
            fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            self._map = mmap.mmap(self.fd, size, prot=mmap.PROT_READ)
        except OSError as error:
            if self.fd >= 0:
                os.close(self.fd)
            message = (
                f"the machine's memory of {size} bytes cannot be had ({error.strerror}); give it less, or free some."
            )
            raise VmmError(message) from error

    def write(self, address: int, data: bytes | bytearray) -> None:
        """What the machine finds there."""
        os.pwrite(self.fd, data, address)

    def read(self, address: int, size: int) -> bytes:
        """A copy; shorter where the memory ends before."""
        return self._map[address : address + size] if address >= 0 else b""

    def touched(self) -> tuple[tuple[int, int], ...]:
        """Start and end of all that is no hole, by address: what the host had to give so far."""
        found: list[tuple[int, int]] = []
        at = 0
        # At the last hole there is no more data: ENXIO (lseek(2)).
        with contextlib.suppress(OSError):
            while True:
                start = os.lseek(self.fd, at, os.SEEK_DATA)
                at = os.lseek(self.fd, start, os.SEEK_HOLE)
                found.append((start, at))
        return tuple(found)

    def close(self) -> None:
        """Give back the mapping and the descriptor."""
        if not self._map.closed:
            self._map.close()
            os.close(self.fd)
