"""Boots a project, built if need be, or an image, and attaches its console.

On a terminal every key goes to the machine: Ctrl-C interrupts its app, Ctrl-] leaves and stops it. Where standard input
is no terminal, its bytes are fed as they are, and their end does not end the machine.

With --detach a small process of its own keeps the machine, which runs on. One line of JSON on standard output says
where: name, pid (of the keeper), console (a socket), forwards (each with host, port, guest_port, protocol, and url where
a browser can go there). `unikernel console NAME` attaches, `unikernel stop NAME`
ends it.

exit status:
  the machine's own, n & 255: 0 main.py ended, 1 an exception that nobody caught, n sys.exit(n)
  2 refused   124 timeout   125 QEMU failed   130 stopped   134 panic, or ended without a record
  137 its power was cut

With --json the last line of standard output is one object:
  status, ended_by (machine, refusal, timeout, vmm, panic, stopped), reason, name, command,
  memory_in_use_bytes (at the first line), timeline
"""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from unikernel.cli import output
from unikernel.cli.command import add_boot_options, add_subject
from unikernel.cli.subject import boot_options, image_of
from unikernel.errors import UnikernelError

if TYPE_CHECKING:
    from unikernel.build import Image
    from unikernel.cli.attach import Attached


def arguments(parser: ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_subject(parser)
    add_boot_options(parser)
    parser.add_argument("--json", action="store_true", help="tell the ending and the boot timeline as one JSON object")


def run(options: Namespace) -> int:
    """Boots; returns the exit status of the machine."""
    try:
        said = boot_options(options)
        image = image_of(options.subject, options.target)
        if options.print_command:
            return _print_command(image, said)
        said["accel"] = _accelerator(options.accel)
        if options.detach:
            return _detach(image, said)
        attached = _boot(image, said)
    except UnikernelError as error:
        if options.json:
            ended_by = {124: "timeout", 125: "vmm", 134: "panic"}.get(error.exit_status, "refusal")
            output.result_json(
                {"status": error.exit_status, "ended_by": ended_by, "reason": str(error), "timeline": None}
            )
        raise
    _tell(attached, as_json=options.json)
    return attached.status


def _print_command(image: Image, said: dict[str, Any]) -> int:
    from unikernel.machine.standalone import command_text  # noqa: PLC0415 - asyncio, which most refusals do not need

    output.result(command_text(image, **said))
    return 0


def _accelerator(name: str) -> str:
    """The accelerator; where it is chosen here, that and why are told."""
    if name != "auto":
        return name
    from unikernel.machine.probe import choice  # noqa: PLC0415

    chosen = choice()
    output.message(f"accel: {chosen.reason}")
    return chosen.accelerator.value


def _detach(image: Image, options: dict[str, Any]) -> int:
    from unikernel.machine.kept import keep  # noqa: PLC0415

    kept = keep(image, **options)
    forwards = [each.data() for each in kept.forwards]
    place = {"name": kept.name, "pid": kept.pid, "console": str(kept.console), "forwards": forwards}
    output.result_json(place | {"gdb": kept.gdb} if kept.gdb else place)
    return 0


def _boot(image: Image, options: dict[str, Any]) -> Attached:
    from unikernel.cli.attach import LEAVE_NAME, Attachment  # noqa: PLC0415
    from unikernel.cli.terminal import RawTerminal, keyboard  # noqa: PLC0415
    from unikernel.cli.wake import Wake  # noqa: PLC0415
    from unikernel.machine.sync import boot  # noqa: PLC0415

    descriptor = keyboard()
    terminal = None if descriptor is None else RawTerminal(descriptor)
    if terminal:
        output.message(f"{image.manifest.name}: its console is attached; {LEAVE_NAME} leaves and stops the machine.")
    with contextlib.ExitStack() as stack:
        if terminal:
            stack.enter_context(terminal.attached())
        wake = stack.enter_context(Wake().catching())
        machine = boot(image, **options)
        carriage = "\r" if terminal else ""
        for each in machine.forwards:
            output.message(f"{machine.name}: {each.url or each}{carriage}")
        if machine.gdb_command:
            output.message(f"{machine.name}: it waits for gdb: {machine.gdb_command}{carriage}")
        return Attachment(machine, wake, terminal).run()


def _tell(attached: Attached, *, as_json: bool) -> None:
    """How it ended, where the exit status alone does not say it."""
    run = attached.run
    assert run is not None  # Who leaves a machine of our own stops it.
    tell_ending(attached, complete=as_json)
    if as_json:
        output.result_json(
            {
                "status": attached.status,
                "ended_by": run.ended_by,
                "reason": run.reason,
                "name": run.name,
                "command": list(run.command),
                "memory_in_use_bytes": run.memory_in_use_bytes,
                "timeline": _timeline(run),
            }
        )


def tell_ending(attached: Attached, *, complete: bool = False) -> None:
    """Completes the console's last line where a person, or what follows it, needs that; says who ended the machine."""
    if not attached.at_line_start and (complete or sys.stdout.isatty()):
        output.result("")
    if attached.run and attached.run.ended_by != "machine":
        output.message(f"{attached.run.name}: {attached.run.panic or attached.run.reason}")


def _timeline(run: Any) -> Any:
    """The boot timeline as plain values; None where the machine left no stamps."""
    timeline = run.boot_timeline
    return None if timeline is None else timeline.data()
