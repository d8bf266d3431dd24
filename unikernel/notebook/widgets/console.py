"""The console widget: a machine's terminal in a cell's output."""

from __future__ import annotations

import hashlib
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import anywidget
import traitlets

from unikernel.errors import Refusal
from unikernel.notebook.console_stream import ConsoleStream, follow

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

STATIC: Final = Path(__file__).parent.parent / "static"
LOG_PART_BYTES: Final = 1 << 20
ROWS: Final = 16
RESTARTED: Final = b"\x18\x1b[0m\r\n\x1b[2m-- restarted --\x1b[0m\r\n"
"""CAN first: it ends whatever sequence the machine died in."""


class Channel(Protocol):
    """What the widget needs of a console: `unikernel.machine.console.Console`, on the loop."""

    def subscribe(self, callback: Callable[[int, bytes], object], replay_from: int | None = None) -> Callable[[], None]:
        """Call `callback(offset, data)` for the kept bytes and all that come; returns what ends it."""

    def post(self, data: bytes) -> None:
        """Write without waiting."""


class Acts(Protocol):
    """What the buttons and Ctrl-C do; each returns at once and is called on the loop."""

    def interrupt(self) -> None:
        """What Ctrl-C does."""

    def stop(self) -> None:
        """End the machine."""

    def restart(self) -> None:
        """Start it again, as it was booted."""

    def log(self) -> bytes:
        """All that is kept of what it wrote."""


@cache
def bundle() -> tuple[str, str, bytes]:
    """The loader's source, and the bundle's digest and source. Raises `Refusal` where they were not built."""
    try:
        loader = (STATIC / "loader.js").read_text(encoding="utf-8")
        code = (STATIC / "console.js").read_bytes()
    except OSError:
        raise Refusal("console: the notebook's front end is not built; run make setup.") from None
    return loader, hashlib.sha256(code).hexdigest()[:16], code


class ConsoleWidget(anywidget.AnyWidget):
    """Shows a console and types to it.

    The widget's state is small, as some runners save it into the notebook: the bundle goes to a view that asks for
    it. Messages are heard on whatever thread the Jupyter kernel reads them (a subshell's, while a cell computes), so
    they only schedule work on `loop`, the machines' own.
    """

    machine_name = traitlets.Unicode().tag(sync=True)
    state = traitlets.Unicode("running").tag(sync=True)
    word = traitlets.Unicode("running").tag(sync=True)
    facts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    links = traitlets.List(traitlets.Dict()).tag(sync=True)
    """Where the machine is reached, each with text and url; a page opens what begins with http:// or https:// alone."""
    started_at = traitlets.Float().tag(sync=True)
    rows = traitlets.Int(ROWS).tag(sync=True)
    bundle = traitlets.Unicode().tag(sync=True)

    def __init__(self, loop: asyncio.AbstractEventLoop, acts: Acts, **state: Any) -> None:
        """Not attached to a console yet; `state` sets traits."""
        loader, digest, _ = bundle()
        self._esm = loader
        self._loop = loop
        self._acts = acts
        self._channel: Channel | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self.stream = ConsoleStream(loop, self.send)
        self._ended = False
        self.seen = False
        """Whether a view ever announced itself; without one the notebook is run by no browser."""
        super().__init__(bundle=digest, **{"started_at": time.time(), **state})
        self.on_msg(self._heard)
        # ipykernel 7.4 sends a comm's next messages to the shell whose parent header was in force at the last publishing.
        # Ours are published from the machines' thread, so typing would wait for a busy cell. Each message names its own.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, named: named  # noqa: SLF001

    def attach(self, channel: Channel) -> None:
        """Show this console from here on. On the loop."""
        self._channel = channel
        self._unsubscribe = channel.subscribe(follow(self.stream), 0)

    def mark_restart(self) -> None:
        """Show where another life of the machine begins. On the loop."""
        self.stream.feed(RESTARTED)

    def end(self, state: str, word: str, facts: tuple[str, ...]) -> None:
        """Show the machine's end, and close as soon as no view is left. On the loop.

        A page that was loaded anew does not know the output's display id, so there the terminal stays, and says how it
        ended.
        """
        self._unsubscribe()
        self.stream.finish()
        self._ended = True
        self.state, self.word, self.facts = state, word, list(facts)
        self._close_unseen()

    def _close_unseen(self) -> None:
        if self._ended and not self.stream.views:
            self.stream.close()
            self.close()

    def _heard(self, _widget: object, message: dict[str, Any], buffers: list[memoryview]) -> None:
        """On any thread."""
        if message.get("kind") == "bundle":
            _, digest, code = bundle()
            self.send({"kind": "bundle", "bundle": digest}, [code])
            return
        typed = bytes(buffers[0]) if buffers else b""
        self._loop.call_soon_threadsafe(self._act, message, typed)

    def _act(self, message: dict[str, Any], typed: bytes) -> None:
        kind = message.get("kind")
        if kind == "type" and self._channel is not None:
            self.stream.typed += len(typed)
            self._channel.post(typed)
        elif kind == "interrupt":
            self.stream.typed += 1
            self._acts.interrupt()
        elif kind == "stop":
            self._acts.stop()
        elif kind == "restart":
            self._acts.restart()
        elif kind == "log":
            self._send_log(str(message.get("view", "")))
        else:
            self.seen = self.seen or kind == "ready"
            self.stream.hear(message)
            self._close_unseen()

    def _send_log(self, view: str) -> None:
        log = self._acts.log()
        for start in range(0, max(1, len(log)), LOG_PART_BYTES):
            last = start + LOG_PART_BYTES >= len(log)
            self.send({"kind": "log", "view": view, "last": last}, [log[start : start + LOG_PART_BYTES]])
