"""Boots an app, a stack, a project or an image, built if need be; its console is in the cell.

Returns when the machine has ended, or one second after its first line; a machine with forwards may be silent, so its
first line is waited for two seconds. It runs on while other cells run. Interrupting the Jupyter kernel meanwhile stops
the machine. With --detach it runs on when the Jupyter kernel has ended; `%unikernel console NAME` shows it again, from
any notebook.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from html import escape
from typing import TYPE_CHECKING, Any, Final

from unikernel.cli.command import add_boot_options
from unikernel.cli.subject import boot_options
from unikernel.errors import VmmError
from unikernel.notebook.magics import Interrupted
from unikernel.notebook.page import show_line
from unikernel.notebook.session import Session
from unikernel.notebook.subject import add_subject, subject_image

if TYPE_CHECKING:
    from unikernel.build.image import Image

SILENT_S: Final = 2.0
"""So long the first line of a machine that is asked by others is waited for: it need not say anything itself."""


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)
    add_boot_options(parser)
    parser.add_argument("--no-wait", action="store_true", help="return at once")


def run(session: Session, options: Namespace) -> None:
    """Boots, shows the console, and waits a little."""
    said = boot_options(options)
    image = subject_image(session, options.subject, "boot")
    if options.print_command:
        _show_command(image, said)
        return
    from unikernel.machine.sync import boot  # noqa: PLC0415 - asyncio, which most refusals do not need
    from unikernel.notebook.display import show_console  # noqa: PLC0415 - anywidget

    machine = session.keep_machine(boot(image, **said, vmm=session.vmm, keep=options.detach))
    if machine.gdb_command:
        show_line(
            f"{machine.name} waits for gdb: {machine.gdb_command}",
            f"{escape(machine.name)} waits for gdb: <code>{escape(machine.gdb_command)}</code>",
        )
    try:
        show_console(machine)
        silent_s = SILENT_S if machine.forwards else None
        ended = None if options.no_wait or options.gdb else machine.settle(silent_s=silent_s)
    except KeyboardInterrupt:
        machine.stop()
        session.note_run(machine)
        message = f"boot: interrupted; {machine.name} was stopped."
        raise Interrupted(message) from None
    session.note_run(machine)
    if ended is not None and ended.ended_by == "vmm":
        raise VmmError(f"{ended.name}: {ended.reason}.".replace("..", "."))


def _show_command(image: Image, said: dict[str, Any]) -> None:
    from unikernel.machine.standalone import command_text  # noqa: PLC0415

    command = command_text(image, **said)
    show_line(command, f'<span class="uk-m" style="word-break:break-all">{escape(command)}</span>')
