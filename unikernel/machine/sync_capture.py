"""The blocking face of a capture; see `sync`.

What only reads the frames does so on the caller's thread: they are never changed, and decoding them would hold the core up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unikernel.machine.loop import core
from unikernel.table import Shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from unikernel.machine.network import capture as asynchronous_capture
    from unikernel.machine.network.pcap import Frame
    from unikernel.table import Card, Table


class Capture(Shown):
    """The blocking face of `capture.Capture`; its methods may be called from any thread."""

    def __init__(self, inner: asynchronous_capture.Capture) -> None:
        """Over the asynchronous one."""
        self.inner = inner

    @property
    def frames(self) -> list[Frame]:
        """Those that came so far, oldest first."""
        return list(self.inner.frames)

    @property
    def ended(self) -> bool:
        """Whether no more will come: it was stopped, the machine has ended, or so much is kept as may be."""
        return self.inner.ended

    @property
    def pcap(self) -> bytes:
        """The frames as a file."""
        return self.inner.pcap

    def watch(self, callback: Callable[[Frame], object]) -> Callable[[], None]:
        """Call `callback(frame)` for each frame, those that came so far first, on the core's thread: it must return soon."""
        unwatch = core().call(self.inner.watch, callback)
        return lambda: core().call(unwatch)

    def wait(self) -> None:
        """Wait until no more will come."""
        core().run(self.inner.wait())

    def stop(self) -> Capture:
        """Capture no more; all that went by before is there when this returns. Returns the capture itself."""
        core().run(self.inner.stop())
        return self

    def save(self, path: Path | str) -> Path:
        """Write what came so far, as a pcap; raises `Refusal` where that cannot be."""
        return self.inner.save(path)

    def table(self) -> Table:
        """What came so far, a row a frame, decoded by Scapy; raises `Refusal` where that is not installed."""
        return self.inner.table()

    def card(self) -> Card:
        """How it shows itself."""
        return self.inner.card()

    def __repr__(self) -> str:
        """Machine, nic and count."""
        return repr(self.inner)

    def __enter__(self) -> Capture:
        """The capture itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()
