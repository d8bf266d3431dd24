"""TLS of the machine against OpenSSL's, its command and CPython's module, both ways."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.tls.certificates import Authority
from unikernel.app import App
from unikernel.build.image import Image, build
from unikernel.devices import MbedTls, Rdrand, StaticIp, TcpSockets, TscClock, Uart16550, UserNetwork, VirtioNet
from unikernel.machine.boot import boot
from unikernel.machine.machine import Machine
from unikernel.stack import Stack

APP = Path(__file__).parent / "app"
PATIENCE_S = 60
SESSIONS = 8
STRANGERS = (
    (b"GET / HTTP/1.1\r\n\r\n", True),
    (b"\x16\x03\x01\xff\xff" + bytes(100), True),  # a record longer than there are any
    (b"\x16\x03\x01\x00\x05\x01\x00\xff\xff\xff", False),  # the beginning of a long hello
    (b"\x16\x03", False),
    (b"", False),
)
"""What they say, and whether the machine ends the connection at once."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    path = tmp_path_factory.mktemp("peers")
    authority.write(path)
    return path


@pytest.fixture(scope="module")
def image(folder: Path) -> Image:
    files = {path.name: path.read_bytes() for path in folder.iterdir()} | {"main.py": (APP / "peers.py").read_bytes()}
    nic = VirtioNet(network=str(UserNetwork(outbound=True)))
    tls = MbedTls(roots="root.pem", sessions=SESSIONS)
    devices = (Uart16550(), TscClock(), Rdrand(), nic, StaticIp(), TcpSockets(), tls)
    return build(Stack("peers", App(files), devices), into=folder / "build")


@pytest.fixture
async def machine(image: Image) -> AsyncIterator[Machine]:
    async with await boot(image, timeout_s=PATIENCE_S, forward={0: 443}) as machine:
        await machine.console.expect("serving", timeout_s=PATIENCE_S)
        yield machine


def port_of(machine: Machine) -> int:
    (forward,) = machine.forwards
    return forward.port


async def openssl(folder: Path, *words: str, said: bytes = b"hello\n", until: bytes = b"HELLO") -> str:
    """What the command prints, until a line has come back or it ends."""
    process = await asyncio.create_subprocess_exec(
        "openssl",
        *words,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(said)
    output = b""
    async with asyncio.timeout(PATIENCE_S):
        while until not in output and (some := await process.stdout.read(4096)):
            output += some
        process.stdin.close()
        output += await process.stdout.read()
        await process.wait()
    return output.decode()


def s_client(machine: Machine, *words: str) -> tuple[str, ...]:
    at = f"127.0.0.1:{port_of(machine)}"
    return ("s_client", "-connect", at, "-CAfile", "root.pem", "-verify_return_error", *words)


@pytest.mark.parametrize("version", ["1_2", "1_3"])
@pytest.mark.parametrize("groups", ["P-256", "X25519", "P-384"])
async def test_openssl_is_served(machine: Machine, folder: Path, version: str, groups: str) -> None:
    """In 1.2 the groups are those of certificates, too."""
    words = (
        f"-tls{version}",
        "-groups",
        f"{groups}{':P-256' * (version == '1_2' and groups != 'P-256')}",
        "-servername",
        "host.test",
        "-verify_hostname",
        "host.test",
    )
    said = await openssl(folder, *s_client(machine, *words, "-alpn", "other"))
    assert f"TLSv{version.replace('_', '.')} HELLO" in said
    assert "Verify return code: 0 (ok)" in said
    assert "ALPN protocol: other" in said
    assert re.search(r"Cipher is .*AES.*GCM", said)


async def test_the_name_asked_for_chooses_the_certificate(machine: Machine, folder: Path) -> None:
    for name in ("host.test", "rsa.test"):
        said = await openssl(folder, *s_client(machine, "-servername", name, "-verify_hostname", name))
        assert re.search(f"^subject=CN ?= ?{name}$", said, re.MULTILINE)  # the spaces, by OpenSSL's version


@pytest.mark.parametrize("version", ["1_2", "1_3"])
async def test_a_session_goes_on(machine: Machine, folder: Path, version: str) -> None:
    words = (f"-tls{version}", "-servername", "host.test")
    first = await openssl(folder, *s_client(machine, *words, "-sess_out", "session"))
    again = await openssl(folder, *s_client(machine, *words, "-sess_in", "session"))
    assert "New, TLSv1" in first
    assert "Reused, TLSv1" in again
    assert "HELLO" in again


@contextlib.asynccontextmanager
async def s_server(folder: Path, name: str, *words: str) -> AsyncIterator[int]:
    """OpenSSL's server, which turns lines round; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", f"{name}.pem", "-key", f"{name}.key"),
        *("-cert_chain", f"{name}.pem", "-rev", *words),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(PATIENCE_S):
            while not (line := await process.stdout.readline()).startswith(b"ACCEPT"):
                assert line
        yield port
    finally:
        process.kill()
        await process.communicate()


async def asked(machine: Machine, folder: Path, port: int, host: str, verb: str = "ask") -> str:
    """What the machine answers when it is told to ask there."""
    reader, writer = await connected(machine, folder)
    writer.write(f"{verb} {port} {host}\n".encode())
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.readline()
    writer.close()
    return answer.decode().strip()


async def connected(machine: Machine, folder: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    context = ssl.create_default_context(cafile=str(folder / "root.pem"))
    async with asyncio.timeout(PATIENCE_S):
        return await asyncio.open_connection(
            "127.0.0.1", port_of(machine), ssl=context, server_hostname="host.test", ssl_handshake_timeout=PATIENCE_S
        )


@pytest.mark.parametrize("version", ["1_2", "1_3"])
@pytest.mark.parametrize(("name", "host"), [("good", "host.test"), ("rsa", "rsa.test"), ("p384", "host.test")])
async def test_openssl_is_asked(machine: Machine, folder: Path, version: str, name: str, host: str) -> None:
    async with s_server(folder, name, f"-tls{version}") as port:
        said = await asked(machine, folder, port, host)
    assert said == f"TLSv{version.replace('_', '.')} uoy rof enil a"


@pytest.mark.parametrize("words", [("-tls1_2",), ("-tls1_3",), ("-tls1_3", "-num_tickets", "9")])
async def test_a_session_with_openssl_goes_on(machine: Machine, folder: Path, words: tuple[str, ...]) -> None:
    async with s_server(folder, "good", *words) as port:
        said = await asked(machine, folder, port, "host.test", "thrice")
    version = words[0].replace("-tls", "TLSv").replace("_", ".")
    assert said == f"{version} False, {version} True, {version} True"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("expired", "the certificate of host.test expired on 2025-12-31"),
        ("other", "the certificate of host.test is for another name"),
        ("self_signed", "the certificate of host.test is self-signed, and none of the roots"),
        ("stranger", "the certificate of host.test comes from none of the roots"),
    ],
)
async def test_a_server_with_a_wrong_certificate_is_refused(
    machine: Machine, folder: Path, name: str, words: str
) -> None:
    async with s_server(folder, name) as port:
        assert await asked(machine, folder, port, "host.test") == words


async def test_a_chain_that_exhausts_a_sessions_memory_is_enomem_and_the_others_go_on(
    machine: Machine, folder: Path, authority: Authority
) -> None:
    (folder / "crowd.key").write_bytes(authority.good.key_pem)
    (folder / "crowd.pem").write_bytes(authority.good.chain_pem + authority.other.chain_pem * 36)
    held = [await connected(machine, folder) for _ in range(SESSIONS - 2)]
    async with s_server(folder, "crowd") as port:
        for _ in range(2 * SESSIONS):
            assert await asked(machine, folder, port, "host.test") == "[Errno 12] ENOMEM: the memory of TLS is full"
    for reader, writer in held:
        writer.write(b"still here\n")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.readline() == b"TLSv1.3 STILL HERE\n"
        writer.close()
    async with s_server(folder, "good") as port:
        assert await asked(machine, folder, port, "host.test") == "TLSv1.3 uoy rof enil a"


async def test_what_a_server_refuses_is_said(machine: Machine, folder: Path) -> None:
    async with s_server(folder, "good", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305", "-tls1_2") as port:
        said = await asked(machine, folder, port, "host.test")
    assert said == "the peer gave up: nothing in common, alert 40"


async def test_much_goes_both_ways(machine: Machine, folder: Path) -> None:
    reader, writer = await connected(machine, folder)
    async with asyncio.timeout(PATIENCE_S):
        writer.write(b"y" * 200_000 + b"\n")
        assert await reader.readexactly(200_009) == b"TLSv1.3 " + b"Y" * 200_000 + b"\n"
        writer.write(b"bytes 300000\n")
        assert await reader.readexactly(300_001) == b"x" * 300_000 + b"\n"
    writer.close()


async def test_the_one_too_many_is_refused_and_the_others_go_on(machine: Machine, folder: Path) -> None:
    held = [await connected(machine, folder) for _ in range(SESSIONS)]
    with pytest.raises((OSError, ssl.SSLError)):
        await connected(machine, folder)
    for reader, writer in held:
        writer.write(b"still here\n")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.readline() == b"TLSv1.3 STILL HERE\n"
    for _, writer in held:
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
    reader, writer = await connected(machine, folder)
    writer.write(b"again\n")
    assert await reader.readline() == b"TLSv1.3 AGAIN\n"
    writer.close()


async def test_strangers_who_speak_no_tls_leave_the_service_alone(machine: Machine, folder: Path) -> None:
    for said, ends in STRANGERS:
        for _ in range(2 * SESSIONS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(machine))
            writer.write(said)
            if ends:
                async with asyncio.timeout(PATIENCE_S):
                    with contextlib.suppress(ConnectionError):
                        await reader.read()
            writer.close()
    reader, writer = await connected(machine, folder)
    writer.write(b"alive\n")
    assert await reader.readline() == b"TLSv1.3 ALIVE\n"
    writer.close()


PATIENT = """
import asyncio, gc, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/rom/good.pem", "/rom/good.key")
async def serve(reader, writer):
    try:
        line = await asyncio.wait_for(reader.readline(), 2)
        writer.write(line.upper() if line != b"free\\n" else b"%d\\n" % (gc.collect() or gc.mem_free()))
        await writer.drain()
    except asyncio.TimeoutError:
        print("slow")
    writer.close()
    await writer.wait_closed()
async def main():
    await asyncio.start_server(serve, "0.0.0.0", 443, ssl=context)
    print("serving")
    await asyncio.sleep(1000)
asyncio.run(main())
"""


async def answer(machine: Machine, folder: Path, line: bytes) -> bytes:
    reader, writer = await connected(machine, folder)
    writer.write(line)
    async with asyncio.timeout(PATIENCE_S):
        said = await reader.readline()
    writer.close()
    return said


async def test_who_says_nothing_is_given_up_and_many_sessions_leave_nothing(tmp_path: Path, folder: Path) -> None:
    files = {path.name: path.read_bytes() for path in folder.glob("good.*")} | {"main.py": PATIENT.encode()}
    devices = (Uart16550(), TscClock(), Rdrand(), VirtioNet(network="user"), StaticIp(), TcpSockets())
    image = build(Stack("patient", App(files), (*devices, MbedTls(sessions=4))), into=tmp_path / "build")
    async with await boot(image, timeout_s=4 * PATIENCE_S, forward={0: 443}) as machine:
        await machine.console.expect("serving", timeout_s=PATIENCE_S)
        held = [await asyncio.open_connection("127.0.0.1", port_of(machine)) for _ in range(4)]
        for _, writer in held:
            writer.write(b"\x16\x03")
        for _ in held:
            await machine.console.expect("slow", timeout_s=PATIENCE_S)
        free = []
        for _ in range(3):
            for _ in range(40):
                assert await answer(machine, folder, b"hello\n") == b"HELLO\n"
            free.append(int(await answer(machine, folder, b"free\n")))
        assert free[2] > free[0] - 4096
