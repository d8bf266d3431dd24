"""A million requests: every answer is looked at, and afterwards the machine holds what it held before.

``python -m tests.network.soak`` prints a line each 50 000, and ends with 1 where something was lost. A million take ten
minutes; it ends after two hours at the latest.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.network.load import Load
from tests.network.served import SETTLED_S, Served, image_of, served
from unikernel.devices import StaticIp, TcpSockets, UserNetwork, VirtioNet

AT_ONCE: Final = 16
WARM_UP: Final = 500
PART: Final = 50_000
FLAT_BYTES: Final = 32768
"""How much more may be held of the heap: the collector takes for a reference what only looks like one."""
MOST_S: Final = 7200


async def soak(folder: Path, requests: int, *, machine_closes: bool = True) -> None:
    """Asks so many things of one machine. Raises `AssertionError`, `OSError` or `TimeoutError` where something is lost."""
    image = image_of(folder, VirtioNet(UserNetwork({0: 80})), StaticIp(name="ip"), TcpSockets())
    async with served(image, timeout_s=MOST_S) as app:
        before = await app.ask("used()")
        await ask(app, WARM_UP, machine_closes=False)
        heap_bytes = await app.ask("heap()")
        done = 0
        while done < requests:
            began = time.monotonic()
            part = min(PART, requests - done)
            connections = await ask(app, part, machine_closes=machine_closes and (done // PART) % 2 == 0)
            done += part
            found_bytes = await app.ask("heap()")
            rate = part / (time.monotonic() - began)
            print(
                f"{done} requests, {rate:.0f}/s, {connections} connections in this part, {found_bytes} B of the heap",
                flush=True,
            )
            assert found_bytes < heap_bytes + FLAT_BYTES
        assert await app.ask("(served, errors)") == (WARM_UP + requests, [])
        await app.settled(before, SETTLED_S)


async def ask(app: Served, requests: int, *, machine_closes: bool) -> int:
    """The connections that it took."""
    load = Load(app.machine.forwards[0], requests, machine_closes)
    await load.run(AT_ONCE)
    assert load.done == requests
    return load.connections


def main() -> int:
    """All of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.network.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unikernel-soak-") as folder:
        try:
            asyncio.run(asyncio.wait_for(soak(Path(folder), options.requests), MOST_S))
        except (AssertionError, OSError, ExceptionGroup) as lost:
            print(*(lost.exceptions if isinstance(lost, ExceptionGroup) else (repr(lost),)), sep="\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
