"""A private network without a daemon: each place on it is a little switch, which sends its frames straight to the others.

It learns who has which address from the frames that come, sends to that one alone, and to all what is for all, or for
an address that nobody has shown yet. A frame travels behind the name of who sends it, in one datagram.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from unikernel.machine.entry import sweep
from unikernel.machine.network.outlet import Outlet
from unikernel.machine.network_folder import NetworkFolder
from unikernel.machine.runtime_folder import process_started, runtime_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HEADER_BYTES: Final = 14
"""Of an Ethernet frame: two addresses and a type. IEEE 802.3, section 3.1.1."""
MOST_FRAME_BYTES: Final = 65536
MOST_ADDRESSES: Final = 4096
"""How many addresses are known at once; the one learned first makes room."""
FRAMES_A_TURN: Final = 64
"""How many frames are read before others of the loop have their turn."""

_ADDRESS: Final = 6
_GROUP: Final = 1  # the lowest bit of an address's first byte: for a group, or for all


class Place:
    """A place on a network of this user's; on the running loop."""

    def __init__(self, network: str, label: str, receive: Callable[[bytes], object]) -> None:
        """Join; `receive(frame)` is called for each frame that comes. Raises `Refusal`."""
        pid = os.getpid()
        runtime = runtime_folder()
        sweep(runtime)
        self._folder = NetworkFolder(runtime, network, (pid, process_started(pid) or 0), label)
        name = self._folder.name.encode()
        self._prefix = bytes([len(name)]) + name
        self._receive = receive
        self._outlets: dict[str, Outlet] = {}
        self._learned: dict[bytes, str] = {}
        self._dropped = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._folder.socket, self._take)

    @property
    def dropped(self) -> int:
        """Frames that were not sent, because others were slow."""
        return self._dropped + sum(each.dropped for each in self._outlets.values())

    def send(self, frame: bytes) -> None:
        """Send a frame to whom it is for; one that is none goes nowhere."""
        if HEADER_BYTES <= len(frame) <= MOST_FRAME_BYTES:
            for outlet in self._outlets_for(frame):
                outlet.put(self._prefix + frame)

    async def room(self, frame: bytes) -> None:
        """Wait until all for whom it is have room for it."""
        for outlet in self._outlets_for(frame):
            await outlet.room.wait()

    async def drain(self) -> None:
        """Wait until no frame waits any more."""
        for outlet in tuple(self._outlets.values()):
            await outlet.idle.wait()

    def close(self) -> None:
        """Leave the network; frames that wait are dropped."""
        self._loop.remove_reader(self._folder.socket)
        for name in tuple(self._outlets):
            self._lose(name)
        self._folder.close()

    def _outlets_for(self, frame: bytes) -> Iterable[Outlet]:
        to = frame[:_ADDRESS]
        known = None if to[0] & _GROUP else self._learned.get(to)
        names = self._folder.others() if known is None else (known,)
        return [outlet for name in names if (outlet := self._outlet(name))]

    def _outlet(self, name: str) -> Outlet | None:
        if name not in self._outlets:
            try:
                to = self._folder.connect(name)
            except OSError:
                self._lose(name)
                return None
            self._outlets[name] = Outlet(to, lambda: self._lose(name))
        return self._outlets[name]

    def _lose(self, name: str) -> None:
        """Who had that name is gone."""
        if outlet := self._outlets.pop(name, None):
            self._dropped += outlet.dropped
            outlet.close()
        for address in [each for each, owner in self._learned.items() if owner == name]:
            del self._learned[address]

    def _take(self) -> None:
        for _ in range(FRAMES_A_TURN):
            try:
                data = self._folder.socket.recv(256 + MOST_FRAME_BYTES)
            except OSError:
                return
            length = data[0] + 1 if data else 0
            name, frame = data[1:length].decode("ascii", "replace"), data[length:]
            if len(frame) >= HEADER_BYTES:
                self._learn(frame[_ADDRESS : 2 * _ADDRESS], name)
                self._receive(frame)

    def _learn(self, address: bytes, name: str) -> None:
        if address[0] & _GROUP or self._learned.get(address) == name:
            return
        while len(self._learned) >= MOST_ADDRESSES:
            del self._learned[next(iter(self._learned))]
        self._learned[address] = name
