"""What the nics of a running machine are plugged into: descriptors that its VMM inherits, at each start anew."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import TYPE_CHECKING

from unikernel.devices.network import Bridge, Network, Tap
from unikernel.machine.network import tap
from unikernel.machine.network.outlet import Outlet
from unikernel.machine.network.switch import FRAMES_A_TURN, MOST_FRAME_BYTES, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unikernel.devices.attachment import Nic


class Plugs:
    """All of one machine; on the running loop."""

    def __init__(self, nics: Iterable[Nic]) -> None:
        """Open all, or none. Raises `Refusal` for what the host has not, or does not allow."""
        self.descriptors: dict[str, int] = {}
        """What the VMM inherits, by the nic's name; a user network is the VMM's own, and needs none."""
        self._theirs = contextlib.ExitStack()
        self._cables: list[Cable] = []
        try:
            for each in nics:
                self._plug(each)
        except BaseException:
            self.close()
            raise

    def _plug(self, nic: Nic) -> None:
        if isinstance(nic.network, Tap | Bridge):
            fd = tap.opened(nic.name, nic.network)
            self._theirs.callback(os.close, fd)
            self.descriptors[nic.name] = fd
        elif isinstance(nic.network, Network):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._theirs.callback(theirs.close)
            self._cables.append(Cable(nic, ours))
            self.descriptors[nic.name] = theirs.fileno()

    def inherited(self) -> None:
        """The VMM has them, and we need them no more."""
        self._theirs.close()

    def close(self) -> None:
        """Pull all."""
        self._theirs.close()
        for each in self._cables:
            each.close()
        self._cables.clear()


class Cable:
    """From a VMM's nic to its place on a private network, and back."""

    def __init__(self, nic: Nic, ours: socket.socket) -> None:
        """`ours` is our end of the pair of which the VMM has the other. Raises `Refusal`."""
        assert isinstance(nic.network, Network)
        ours.setblocking(False)  # noqa: FBT003 - of the standard library
        self._ours = ours
        self._loop = asyncio.get_running_loop()
        self._in = Outlet(ours, self._cut)
        try:
            self._place = Place(nic.network.name, nic.name, self._in.put)
        except BaseException:
            ours.close()
            raise
        self._loop.add_reader(ours, self._take)

    def close(self) -> None:
        """Pull it."""
        self._cut()
        self._place.close()
        self._in.close()

    def _cut(self) -> None:
        """The VMM is gone."""
        if self._ours.fileno() >= 0:
            self._loop.remove_reader(self._ours)

    def _take(self) -> None:
        for _ in range(FRAMES_A_TURN):
            try:
                frame = self._ours.recv(MOST_FRAME_BYTES)
            except BlockingIOError:
                return
            except OSError:
                self._cut()
                return
            self._place.send(frame)
