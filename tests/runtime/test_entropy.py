"""os.urandom, random and unikernel.reseed in the runtime."""

from __future__ import annotations

from pathlib import Path

from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import Uart16550, VirtioEntropy
from unikernel.machine.boot import boot
from unikernel.stack import Stack

PATIENCE_S = 20
DRAWS = """
import os, random, unikernel
print(len(os.urandom(70)), os.urandom(16) != os.urandom(16), unikernel.reseed())
numbers = [random.getrandbits(32) for _ in range(4)]
random.seed()
print(numbers != [random.getrandbits(32) for _ in range(4)])
"""
NO_SOURCE = """
import os, unikernel
for draw in (unikernel.reseed, lambda: os.urandom(1)):
    try:
        draw()
    except OSError as error:
        print(error)
"""


async def test_the_host_seeds_what_the_app_draws(tmp_path: Path) -> None:
    stack = Stack("draws", App.from_text(DRAWS), (Uart16550(), VirtioEntropy()))
    run = await (await boot(build(stack, into=tmp_path), timeout_s=PATIENCE_S)).wait()
    assert (run.status, run.transcript.text) == (0, "70 True None\nTrue\n")


async def test_a_stack_without_a_source_says_so(tmp_path: Path) -> None:
    stack = Stack("sealed", App.from_text(NO_SOURCE), (Uart16550(),))
    run = await (await boot(build(stack, into=tmp_path), timeout_s=PATIENCE_S)).wait()
    assert run.status == 0
    assert run.transcript.text.splitlines() == [
        "[Errno 19] ENODEV",
        "no source of entropy: add an Entropy device such as Rdrand, on a CPU that has it",
    ]
