"""Requests a second: Microdot with a connection for each, and asyncio alone with connections that are kept."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.bench.linux import LinuxGuest
from tests.bench.network import clients, service
from tests.bench.network.figures import Figures
from tests.bench.network.guests import LINUX, OURS, Compared, Ports, compared, in_turn, ours, python_of
from unikernel.app import App
from unikernel.build.image import build

REQUESTS = {1: 120, 16: 240, 100: 300}
"""By so many connections at once."""
STREAMS, STREAM_S = 16, 1
NATIVE = b"# unikernel: native\n"
BYTECODE = "bytecode"
BARE_RAISE = re.compile(rb"^( +raise)$", re.MULTILINE)
USED = ("microdot/__init__.py", "microdot/microdot.py")


def measure(figures: Figures, linux: LinuxGuest) -> None:
    """web_rps_1, 16 and 100, web_native, stream_rps_16 and stream_p99_16."""
    seen = compared(service.web(), linux, _requests)
    for connections in REQUESTS:
        name = f"web_rps_{connections}"
        figures.ratio(name, seen, "requests/s", f"{_p99(seen, f'{name} p99')}{_failed(seen, name)}, by ab")
    _native(figures)
    seen = compared(service.stream(), linux, _streams)
    figures.ratio("stream_rps_16", seen, "requests/s", f"by wrk{_failed(seen, 'stream_rps_16')}")
    figures.add("stream_p99_16", seen.ratio("stream_p99_16"), seen.words("stream_p99_16", "ms"))


def _requests(ports: Ports) -> dict[str, float]:
    found: dict[str, float] = {}
    for connections, requests in REQUESTS.items():
        load = clients.ab(ports["80"], connections, requests)
        name = f"web_rps_{connections}"
        found |= {name: load.held, f"{name} p99": load.p99_ms, f"{name} failed": load.failed}
    return found


def _native(figures: Figures) -> None:
    """Microdot as machine code, beside itself as bytecode; in both, what it raises anew has a name, without which the
    emitter makes no machine code.
    """
    stack = service.web().stack()
    main = dict(stack.app.files)
    files = python_of(service.web())
    named = {path: BARE_RAISE.sub(rb"\1 exc", files[path]) for path in USED}
    bytecode, native = (
        build(replace(stack, name=f"{stack.name}-{name}", app=App(main | marked), packages=()))
        for name, marked in (("bytecode", named), ("native", {path: NATIVE + text for path, text in named.items()}))
    )
    assert not native.stayed, native.stayed
    with ours(native) as machine_code, ours(bytecode) as plain:
        seen = in_turn({OURS: machine_code, BYTECODE: plain}, _sixteen)
    words = seen.words("web_native", "requests/s", base=BYTECODE)
    figures.add("web_native", seen.ratio("web_native", base=BYTECODE), words)


def _sixteen(ports: Ports) -> dict[str, float]:
    return {"web_native": clients.ab(ports["80"], 16, REQUESTS[16]).held}


def _streams(ports: Ports) -> dict[str, float]:
    load = clients.wrk(ports["80"], STREAMS, STREAM_S)
    return {"stream_rps_16": load.held, "stream_p99_16": load.p99_ms, "stream_rps_16 failed": load.failed}


def _p99(seen: Compared, name: str) -> str:
    return f"p99 {seen.median(OURS, name):.3g} and {seen.median(LINUX, name):.3g} ms"


def _failed(seen: Compared, name: str) -> str:
    counts = {guest: sum(values[f"{name} failed"]) for guest, values in seen.values.items()}
    return "".join(f", {count:.0f} failed of {guest}'s" for guest, count in counts.items() if count)
