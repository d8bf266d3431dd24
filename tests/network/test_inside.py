"""The same hostile frames, in a network that is compiled for the host under the sanitizers: no byte beyond a frame is
read, none of a pool is used when it has been given back, nothing is held for good.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from tests.network import host
from tests.network.hostile import Hostile, Victim

HERE: Final = Path(__file__).parent
FRAMES: Final = 100_000
SEEDS: Final = (1, 2)
PATIENCE_S: Final = 300


def compiled(folder: Path) -> Path:
    """The program."""
    flags = [*host.SANITIZED, "-std=gnu17", "-O1", "-g", "-Wall", "-Werror", *host.flags()]
    program = folder / "inside"
    command = [*flags, str(HERE / "inside.c"), *map(str, host.library(host.SANITIZED)), "-o", str(program)]
    subprocess.run(command, check=True, timeout=PATIENCE_S)
    return program


async def test_no_hostile_frame_reads_or_writes_beyond_what_is_its_own(tmp_path: Path) -> None:
    await asyncio.to_thread(take_all, tmp_path)  # what is beside it goes on


def take_all(folder: Path) -> None:
    """Gives the program all frames of each seed."""
    program = compiled(folder)
    victim = Victim(bytes.fromhex("020000000007"), IPv4Address("10.0.2.50"), IPv6Address("fd00:9::15"), 7)
    for seed in SEEDS:
        given = b"".join(len(frame).to_bytes(2, "little") + frame for frame in Hostile(victim, seed).frames(FRAMES))
        done = subprocess.run([str(program)], input=given, capture_output=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        reached = dict(re.findall(r"(\w+) (\d+)", done.stdout.decode()))
        assert int(reached.pop("frames")) == FRAMES
        assert all(map(int, reached.values())), reached  # some were good enough to be believed
