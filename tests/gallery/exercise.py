"""One boot of a template, with the server that it needs and whoever asks it, held to what its template.toml says."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.gallery.peers import CURE, PEERS, path
from tests.network import namespace
from unikernel.build.image import Image
from unikernel.machine.run import Run
from unikernel.machine.sync import Machine, boot
from unikernel.template import Ask, Boot

PATIENCE_S: Final = 30
LIFE_S: Final = 300
"""Of a machine: longer than all that is waited for."""
_WORD: Final = re.compile(r"\{(peer|[0-9]+(?:/udp)?)\}")


def exercise(image: Image, folder: Path, expected: Boot, *, memory_bytes: int | None = None) -> Run:
    """Boots the image of the project in `folder`, and returns the run of the machine that answered as expected.

    Raises `AssertionError` for what is not as expected, and what a boot and its console raise.
    """
    with PEERS[expected.peer]() as port:
        words = {"peer": str(port)}
        parameters = {
            key: filled(value, words) if isinstance(value, str) else value for key, value in expected.parameters.items()
        }
        with boot(image, memory_bytes=memory_bytes, parameters=parameters, timeout_s=LIFE_S) as machine:
            if not expected.ready:
                return _ended(machine, expected)
            _comes(machine, expected.ready)
            words |= {
                f"{each.guest_port}" + ("" if each.protocol == "tcp" else "/udp"): str(each.port)
                for each in machine.forwards
            }
            for ask in expected.ask:
                answered(said(folder, ask, words), ask.answer)
            for pattern in expected.expect:
                _comes(machine, pattern)
            run = machine.stop()
    assert run.ended_by == "stopped"
    assert "Traceback" not in run.transcript.text, run.transcript.text
    return run


def answered(lines: Sequence[str], patterns: Sequence[str]) -> None:
    """Each pattern has a line of its own, in order; the first that has none is told, with what came instead."""
    left = iter(lines)
    for pattern in patterns:
        assert any(re.fullmatch(pattern, line) for line in left), f"no line {pattern!r} in {lines}"


def said(folder: Path, ask: Ask, words: Mapping[str, str]) -> list[str]:
    """What a command prints; raises `AssertionError` where it fails."""
    command = shlex.split(filled(ask.run, words))
    program = shutil.which(command[0], path=path())
    assert program, f"{command[0]} is missing: {CURE}"
    if ask.on:
        return asyncio.run(_said_on(folder, ask, program, *command[1:]))
    result = subprocess.run(
        [program, *command[1:]],
        input=filled(ask.send, words).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        timeout=PATIENCE_S,
        check=False,
    )
    text = result.stdout.decode(errors="replace")
    assert result.returncode == 0, f"{ask.run}: status {result.returncode}: {text}"
    return text.splitlines()


def filled(text: str, words: Mapping[str, str]) -> str:
    """`text` with ports in the place of ``{80}``, ``{53/udp}`` and ``{peer}``."""
    return _WORD.sub(lambda match: words[match[1]], text)


def _ended(machine: Machine, expected: Boot) -> Run:
    run = machine.wait(PATIENCE_S)
    answered(run.transcript.text.splitlines(), expected.expect)
    assert (run.status, run.ended_by) == (expected.status, "machine"), run.transcript.text
    return run


def _comes(machine: Machine, pattern: str) -> None:
    """The machine prints it, as a whole line, before patience ends."""
    machine.console.expect(rf"(?m)^(?-s:{pattern})\r?\n", PATIENCE_S)


async def _said_on(folder: Path, ask: Ask, *command: str) -> list[str]:
    """The same of a command in a network namespace of its own."""
    log = folder / "build" / "asked.log"
    async with namespace.beside(ask.on, tuple(filter(None, (ask.address,))), *command, log=log) as process:
        status = await asyncio.to_thread(process.wait, PATIENCE_S)
    assert status == 0, f"{ask.run}: status {status}: {log.read_text()}"
    return log.read_text().splitlines()
