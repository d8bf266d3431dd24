"""TLS in the machine: both ends in one image, over a stream in memory; ``app/main.py`` has the scenes."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.tls.certificates import NOW, Authority
from unikernel.app import App
from unikernel.build.image import build
from unikernel.devices import MbedTls, MockClock, Uart16550
from unikernel.machine.boot import boot
from unikernel.stack import Stack

APP = Path(__file__).parent / "app"
PATIENCE_S = 120
SESSIONS = 6
VERIFICATION = "SSLCertVerificationError the certificate of host.test "
VERSION = [
    "True None the other end",
    "True None",
    "b'' b''",
    "OSError [Errno 9] EBADF",
]

SCENES = {
    "both_versions": [
        "TLSv1.2 TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256 TLSv1.2 128 b'to the server'",
        *VERSION,
        "TLSv1.3 TLS1-3-AES-128-GCM-SHA256 TLSv1.3 128 b'to the server'",
        *VERSION,
    ],
    "protocols": ["['http/1.1', 'http/1.1']"],
    "names": ["host.test True", "rsa.test True"],
    "certificates": [
        line
        for words in (
            *("expired on 2025-12-31", "is not valid before 2026-01-02", "is for another name"),
            *("is self-signed, and none of the roots", "comes from none of the roots"),
        )
        for line in (VERIFICATION + words, "True True 1")
    ],
    "no_checks": ["True True", "ValueError set check_hostname to False before verify_mode to CERT_NONE", "TLSv1.3"],
    "sessions_that_go_on": [
        line
        for version in ("TLSv1.2", "TLSv1.3")
        for line in (f"{version} SSLSession None False False", *["True True"] * 3, "None False", "False")
    ],
    "sessions_that_do_not": [
        *("True", "False", "ValueError the session is of another context"),
        "TypeError session is what SSLSocket.session gave",
        "ValueError the session is of another context",
        *["False"] * 4,
        *("True", "False"),
    ],
    "session_that_nobody_checked": ["True", VERIFICATION + "is for another name"],
    "old_name": [
        "TLSv1.3",
        VERIFICATION + "expired on 2025-12-31",
        "TLSv1.3",
        "ValueError check_hostname requires server_hostname",
    ],
    "arguments": [
        "ValueError check_hostname requires server_hostname",
        "ValueError server_side and the context's protocol say different things",
        "ValueError the protocol is PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER",
        "SSLError the roots are none: they must be X.509 in PEM or DER",
        "OSError [Errno 2] ENOENT",
        "SSLError the key is not that of the certificate",
        "ValueError the versions are TLSVersion.TLSv1_2 and TLSv1_3, the least first",
        "SSLWantReadError the stream has nothing now: try again when it has",
        "OSError stream operation not supported",
        "SSLError the name of a host has 255 bytes at most",
        *["OSError [Errno 9] EBADF"] * 3,
    ],
    "names_of_modules": [
        "True True",
        "True True",
        f"{VERIFICATION}is for another name",
        "SSLCertVerificationError(1, 'the certificate of host.test is for another name')",
    ],
    "files": ["TLSv1.3"],
    "full": ["OSError [Errno 12] ENOMEM: all sessions of TLS are in use", "True", "b'lives'", "b'still'"],
    "memory_of_contexts": [
        "True [Errno 12] ENOMEM: the memory for certificates and keys is full: give the device MbedTls a larger store",
        "TLSv1.3",
    ],
    "streams_that_fail": [
        "KeyError of the stream below",
        "OSError [Errno 104] ECONNRESET",
        "MemoryError memory allocation failed, allocating 1024 bytes",
        "TLSv1.3",
    ],
    "heap_full_in_a_handshake": ["MemoryError", "b'lives'", "TLSv1.3"],
    "truncation": [
        "True b''",
        "b''",
        *["SSLEOFError the peer went away, and had not said that nothing follows"] * 2,
        "SSLError this session of TLS has failed before",
    ],
    "garbage": [
        "SSLError what came is no record of TLS",
        "SSLError this session of TLS has failed before",
        "[32]",
    ],
    "stream_that_takes_nothing": [
        "None []",
        "[5] None [] True",
        *["SSLWantReadError the stream has nothing now: try again when it has"] * 2,
    ],
    "inside_itself": ["None [True, True]"],
    "deep": ["TLSv1.3", "TLSv1.3"],
    "tasks": [r"b'you said hello\n' b''"],
    "everything_came_back": [f"{SESSIONS}"],
}
"""What each scene prints."""

NO_ROOTS = (
    'there are no roots to check a certificate by: name them in the stack, as MbedTls(roots="roots.pem"), or call '
    "load_verify_locations"
)
UNSET = b"""
import ssl
from pipe import connect
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain("/rom/good.pem", "/rom/good.key")
try:
    connect(server, ssl.create_default_context(cafile="/rom/root.pem"))
except ssl.SSLCertVerificationError as error:
    print(error)
try:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(None, server_hostname="host.test")
except ssl.SSLError as error:
    print(error)
"""


def app_of(authority: Authority, folder: Path, main: bytes) -> App:
    authority.write(folder)
    files = {path.name: path.read_bytes() for path in (*folder.iterdir(), APP / "pipe.py") if path.is_file()}
    return App(files | {"main.py": main})


async def lines(stack: Stack, folder: Path) -> list[str]:
    image = build(stack, into=folder / "build")
    machine = await boot(image, timeout_s=PATIENCE_S)
    run = await machine.wait(PATIENCE_S)
    assert run.status == 0, run.transcript.text
    return run.transcript.text.splitlines()


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("scenes")
    app = app_of(authority, folder, (APP / "main.py").read_bytes())
    clock = MockClock(start_s=int(NOW.timestamp()))
    stack = Stack("scenes", app, (Uart16550(), clock, MbedTls(roots="root.pem", sessions=SESSIONS)))
    found: dict[str, list[str]] = {}
    for line in asyncio.run(lines(stack, folder)):
        if line.startswith("== "):
            found[line.removeprefix("== ")] = []
        else:
            found[list(found)[-1]].append(line)
    return found


@pytest.mark.parametrize("scene", SCENES)
def test_scene(said: dict[str, list[str]], scene: str) -> None:
    assert said[scene] == SCENES[scene]


def test_no_scene_is_missing(said: dict[str, list[str]]) -> None:
    assert list(said) == list(SCENES) == re.findall(r"@scene\ndef (\w+)", (APP / "main.py").read_text())


async def test_a_clock_that_is_not_set_and_roots_that_nobody_named(tmp_path: Path, authority: Authority) -> None:
    app = app_of(authority, tmp_path, UNSET)
    said = await lines(Stack("unset", app, (Uart16550(), MockClock(), MbedTls())), tmp_path)
    assert said == [
        "the clock is not set, so no certificate can be checked: set it, as by NTP, first",
        NO_ROOTS,
    ]
