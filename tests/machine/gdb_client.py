"""Enough of gdb's remote serial protocol to be a debugger: packets, registers, breakpoints, continue."""

import contextlib
import socket
import struct
from pathlib import Path

RIP = 16
"""Its place among the registers of x86-64, each of eight bytes."""
PATIENCE_S = 60


class Gdb:
    """Attached to a stub."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def ask(self, packet: str) -> str:
        """Send ``$packet#sum``, and return the answer, acknowledged."""
        self._socket.sendall(f"${packet}#{sum(packet.encode()) % 256:02x}".encode())
        while (byte := self._file.read(1)) != b"$":
            assert byte == b"+", byte
        body = b""
        while (byte := self._file.read(1)) != b"#":
            body += byte
        assert int(self._file.read(2), 16) == sum(body) % 256
        with contextlib.suppress(BrokenPipeError):  # Let go, a machine may have ended by now.
            self._socket.sendall(b"+")
        return body.decode()

    def rip(self) -> int:
        registers = bytes.fromhex(self.ask("g"))
        return int(struct.unpack_from("<Q", registers, 8 * RIP)[0])

    def break_at(self, address: int) -> None:
        assert self.ask(f"Z0,{address:x},1") == "OK"

    def clear(self, address: int) -> None:
        assert self.ask(f"z0,{address:x},1") == "OK"

    def go_on(self) -> str:
        """Continue; why it stopped next."""
        return self.ask("c")

    def leave(self) -> None:
        assert self.ask("D") == "OK"
        self._socket.close()
