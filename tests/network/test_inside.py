"""The same hostile frames, in a network that is compiled for the host under the sanitizers: no byte beyond a frame is
read, none of a pool is used when it has been given back, nothing is held for good.
"""

from __future__ import annotations

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from tests.network.hostile import Hostile, Victim
from unikernel.build import lwip, sources
from unikernel.build.components import KERNEL_SRC

HERE: Final = Path(__file__).parent
FRAMES: Final = 100_000
SEEDS: Final = (1, 2)
PATIENCE_S: Final = 300
SANITIZED: Final = (
    "-fsanitize=address,bounds,object-size,unreachable,return",  # alignment, and the address of no member, is lwIP's way
    "-fno-sanitize-recover=all",
)
OPTIONS: Final = ("DHCP", "IPV6", "DNS", "IGMP", "MDNS_RESPONDER")
LEFT_OUT: Final = {"loopback", "both_ips"}


def compiled(folder: Path) -> Path:
    """The program."""
    tree = sources.tree(lwip.SOURCE).path
    flags = ["gcc", "-std=gnu17", "-O1", "-g", "-Wall", "-Werror", *SANITIZED]
    flags += [f"-DLWIP_{option}=1" for option in OPTIONS]
    flags += [f"-I{path}" for path in (KERNEL_SRC / "net", tree / "src/include", KERNEL_SRC, KERNEL_SRC / "include")]
    ours = [path for path in sorted((KERNEL_SRC / "net").glob("*.c")) if path.stem not in LEFT_OUT]
    theirs = [tree / f"src/{name}.c" for name in lwip.files(("mdns_responder",))]
    files = [HERE / "inside.c", *(KERNEL_SRC / f"core/{name}.c" for name in ("background", "calendar")), *ours, *theirs]

    def one(file: Path) -> str:
        made = folder / f"{file.parent.name}-{file.stem}.o"
        subprocess.run([*flags, "-c", str(file), "-o", str(made)], check=True, timeout=PATIENCE_S)
        return str(made)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(one, files))
    subprocess.run([*flags, *made, "-o", str(folder / "inside")], check=True, timeout=PATIENCE_S)
    return folder / "inside"


def test_no_hostile_frame_reads_or_writes_beyond_what_is_its_own(tmp_path: Path) -> None:
    program = compiled(tmp_path)
    victim = Victim(bytes.fromhex("020000000007"), IPv4Address("10.0.2.50"), IPv6Address("fd00:9::15"), 7)
    for seed in SEEDS:
        given = b"".join(len(frame).to_bytes(2, "little") + frame for frame in Hostile(victim, seed).frames(FRAMES))
        done = subprocess.run([str(program)], input=given, capture_output=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        reached = dict(re.findall(r"(\w+) (\d+)", done.stdout.decode()))
        assert int(reached.pop("frames")) == FRAMES
        assert all(map(int, reached.values())), reached  # some were good enough to be believed
