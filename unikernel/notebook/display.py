"""A machine's console in a cell: live while it runs, text with its colours once it has ended.

The output has a display id. When the machine ends the widget is closed and the output replaced by ``text/plain``, so
that a saved notebook is small and reads well anywhere. Runners without a browser drop what arrives between two cells,
so a text that became final there is published again at the next cell.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any, Final

from unikernel.errors import Refusal, UnikernelError
from unikernel.machine.handle import MachineState
from unikernel.machine.loop import core
from unikernel.notebook.ansi import colour_text
from unikernel.table import GLYPHS
from unikernel.units import file_size, memory

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine

    from unikernel.machine.run import Run
    from unikernel.machine.sync import Machine
    from unikernel.notebook.widgets.console import ConsoleWidget

KEPT_TEXT_BYTES: Final = 64 * 1024
"""So much of a transcript's end stays in the notebook; ``machine.run.transcript`` has more."""
WIDGET_MIME: Final = "application/vnd.jupyter.widget-view+json"
_ANSI: Final = {"done": "32", "running": "32", "failed": "31", "warning": "33"}


def show_console(machine: Machine) -> None:
    """Show `machine`'s console in the running cell; returns at once."""
    with _lock:
        _shown[:] = [each for each in _shown if not each.settled]
        _shown.append(_ShownConsole(machine))
    _hook()


def publish_finished() -> None:
    """Publish again, inside the cell that runs now, each text that became final since the last one."""
    with _lock:
        shown = list(_shown)
    for each in shown:
        each.settle()


def publish_progress() -> None:
    """Publish, at a cell's end, each text that is final, and how far the others are where no browser shows them."""
    with _lock:
        shown = list(_shown)
    for each in shown:
        each.settle()
        each.publish_so_far()


_shown: list[_ShownConsole] = []
_lock = threading.Lock()


def _hook() -> None:
    """Have `publish_progress` called when a cell ends."""
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - nothing but this needs it

    shell = get_ipython()
    if shell is not None and _at_cell_end not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _at_cell_end)


def _at_cell_end(result: object) -> None:
    del result
    publish_progress()


class _ShownConsole:
    """One machine's console in one output. Made on a cell's thread; what follows happens on the machines' loop."""

    def __init__(self, machine: Machine) -> None:
        from IPython.display import display  # noqa: PLC0415

        self.settled = False
        """Whether the final text was published inside a cell, where no runner drops it."""
        self._machine = machine
        self._published = ""
        self._run: Run | None = machine.run
        self._tasks: set[asyncio.Task[None]] = set()
        self._widget: ConsoleWidget | None = None
        self._turn = threading.Lock()
        if self._run is None:
            self._widget = self._make_widget()
        self._handle: Any = display(self._bundle(), raw=True, display_id=True)
        if self._run is None:
            core().call(self._start)
        else:
            self.settled = True

    # On the thread of a cell.

    def settle(self) -> None:
        """Publish the final text, if the machine has ended, inside the cell that runs now: there no runner drops it."""
        if self._run is None and self._machine.run is not None:
            core().call(self._ended, self._machine.run)
        with self._turn:
            if self._run is not None and not self.settled:
                self._handle.update(self._bundle(), raw=True)
                self.settled = True

    def publish_so_far(self) -> None:
        """Replace the output's text by what came until now, where no browser shows the widget."""
        if self._run is None and (self._widget is None or not self._widget.seen):
            bundle = self._bundle()
            if bundle["text/plain"] != self._published:
                self._published = bundle["text/plain"]
                self._handle.update(bundle, raw=True)

    # On the loop.

    def _start(self) -> None:
        if self._widget is not None:
            self._widget.attach(self._machine.inner.console)
        self._machine.inner.watch(self._note_state)
        self._keep(core().loop.create_task(self._watch()))

    def _note_state(self) -> None:
        """A machine that is started again writes on to the same console."""
        if self._widget is not None and self._machine.state is MachineState.STARTING:
            self._widget.mark_restart()

    async def _watch(self) -> None:
        self._ended(await self._machine.inner.wait())

    def _ended(self, run: Run) -> None:
        if self._run is not None:
            return
        self._run = run
        with self._turn:
            self._handle.update(self._bundle(), raw=True)
        if self._widget is not None:
            card = run.card()
            self._widget.end(card.state, card.word, card.facts)

    def interrupt(self) -> None:
        """See `widgets.console.Acts`."""
        self._spawn(self._machine.inner.interrupt())

    def stop(self) -> None:
        """See `widgets.console.Acts`."""
        self._spawn(self._machine.inner.stop())

    def restart(self) -> None:
        """See `widgets.console.Acts`."""
        self._spawn(self._machine.inner.restart())

    def log(self) -> bytes:
        """See `widgets.console.Acts`."""
        return self._machine.inner.console.transcript.data

    def _spawn(self, job: Coroutine[Any, Any, object]) -> None:
        async def quiet() -> None:
            # The machine may have ended meanwhile, which the output says.
            with contextlib.suppress(UnikernelError):
                await job

        self._keep(core().loop.create_task(quiet()))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _make_widget(self) -> ConsoleWidget | None:
        # anywidget loads for machines that run, not for texts.
        from unikernel.notebook.widgets.console import ConsoleWidget  # noqa: PLC0415

        machine = self._machine
        try:
            return ConsoleWidget(
                core().loop,
                self,
                machine_name=machine.name,
                facts=[f"{machine.image.manifest.target} · {memory(machine.inner.limits.memory_bytes)}"],
                links=self._links(),
                started_at=machine.started_at,
            )
        except Refusal:
            # Without the front end the output is the text alone, renewed at the end of each cell.
            return None

    def _bundle(self) -> dict[str, Any]:
        text = ended_text(self._run) if self._run else self._running_text()
        if self._run is not None or self._widget is None:
            return {"text/plain": text}
        view = {"version_major": 2, "version_minor": 0, "model_id": self._widget.model_id}
        return {"text/plain": text, WIDGET_MIME: view}

    def _links(self) -> list[dict[str, str]]:
        return [{"text": each.text, "url": each.url} for each in self._machine.inner.links]

    def _running_text(self) -> str:
        data = self._machine.console.transcript.data[-KEPT_TEXT_BYTES:]
        head = f"{GLYPHS['running']} running {self._machine.name}"
        links = "  ".join(each.text for each in self._machine.inner.links)
        return "\n".join(filter(None, (head, links, colour_text(data)))).rstrip()


def ended_text(run: Run) -> str:
    """The head sentence of a run, then its transcript with its colours and nothing else of a terminal."""
    card = run.card()
    colour = _ANSI.get(card.state, "")
    state = f"{GLYPHS.get(card.state, '')} {card.word}"
    head = f"\x1b[{colour}m{state}\x1b[0m \x1b[1m{run.name}\x1b[0m" if colour else f"{state} \x1b[1m{run.name}\x1b[0m"
    lines = [", ".join((head, *card.facts))]
    data = run.transcript.data[-KEPT_TEXT_BYTES:]
    missing = run.transcript.total_bytes - len(data)
    if missing:
        lines.append(f"\x1b[33m-- {file_size(missing)} not shown; run.transcript keeps the newest --\x1b[0m")
    lines.append(colour_text(data).rstrip("\n"))
    if card.message:
        lines.append(card.message)
    return "\n".join(lines).rstrip()
