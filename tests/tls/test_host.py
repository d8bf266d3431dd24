"""TLS of the kernel on the host, under the sanitizers: both ends in one program, over a stream in memory."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tls.certificates import NOW, YEAR, Authority
from tests.tls.host import HERE, SANITIZED, compile_all

PATIENCE_S = 120
Connect = Callable[..., list[str]]
V12, V13 = "0x303", "0x304"
SUITE_12 = "TLSv1.2 TLS-ECDHE-{}-WITH-AES-128-GCM-SHA256 128"
SUITE_13 = "TLSv1.3 TLS1-3-AES-128-GCM-SHA256 128"
EC = SUITE_12.format("ECDSA")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    path = tmp_path_factory.mktemp("tls")
    authority.write(path)
    (path / "noise").write_bytes(b"no certificate")
    own = [HERE / name for name in ("connect.c", "pipe.c", "world.c")]
    compile_all(("gcc", *SANITIZED), own, path / "connect")
    return path


@pytest.fixture
def connect(folder: Path) -> Connect:
    """Runs the program; what a test does not say is a good server, its name and its root."""

    def run(server: str = "good", **options: str | int) -> list[str]:
        said = {"chain": f"{server}.pem", "key": f"{server}.key", "roots": "root.pem", "host": "host.test"} | options
        words = [f"{key}={value}" for key, value in said.items() if value != ""]
        done = subprocess.run(
            ["./connect", *words], cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize("room", [0, 7, 100, 5000])
@pytest.mark.parametrize(("version", "suite"), [(V12, EC), (V13, SUITE_13)])
def test_both_versions_carry_bytes_both_ways_however_little_goes_at_a_time(
    connect: Connect, version: str, suite: str, room: int
) -> None:
    assert connect(client_most=version, room=room) == [f"{suite} alpn none peer none"]


@pytest.mark.parametrize("server", ["good", "chained", "p384", "rsa"])
@pytest.mark.parametrize("version", [V12, V13])
def test_every_kind_of_certificate(connect: Connect, server: str, version: str) -> None:
    host = "rsa.test" if server == "rsa" else "host.test"
    suite = SUITE_13 if version == V13 else SUITE_12.format("RSA" if server == "rsa" else "ECDSA")
    assert connect(server, server_most=version, host=host) == [f"{suite} alpn none peer none"]


def test_der_is_as_good_as_pem(connect: Connect) -> None:
    files = {"chain": "good.der", "key": "good.key.der", "roots": "root.der"}
    assert connect(**files) == [f"{SUITE_13} alpn none peer none"]


@pytest.mark.parametrize("version", [V12, V13])
def test_sessions_go_on_by_their_tickets_and_give_all_memory_back(connect: Connect, version: str) -> None:
    said = connect("rsa", host="rsa.test", server_most=version, rounds=5)
    assert len(said) == 5
    assert len(set(said)) == 1


@pytest.mark.parametrize("host", ["host.test", "HOST.test", "a.wild.test", "10.0.2.15"])
def test_names_that_the_certificate_holds(connect: Connect, host: str) -> None:
    assert connect(host=host) == [f"{SUITE_13} alpn none peer none"]


@pytest.mark.parametrize("host", ["other.test", "wild.test", "a.b.wild.test", "10.0.2.16", "xhost.test", "host.test."])
def test_names_that_it_does_not_hold(connect: Connect, host: str) -> None:
    assert connect(host=host)[0] == f"client -7 the certificate of {host} is for another name"


def test_the_name_is_not_checked_where_that_is_said(connect: Connect) -> None:
    assert connect(host="other.test", check_name=0) == [f"{SUITE_13} alpn none peer none"]


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("expired", "expired on 2025-12-31"),
        ("early", "is not valid before 2026-01-02"),
        ("other", "is for another name"),
        ("self_signed", "is self-signed, and none of the roots"),
        ("stranger", "comes from none of the roots"),
    ],
)
def test_a_certificate_that_is_wrong_is_refused_in_words(
    connect: Connect, server: str, words: str, version: str
) -> None:
    said = connect(server, server_most=version)
    assert said[0] == f"client -7 the certificate of host.test {words}"
    assert said[1].startswith("server -8 ")


def test_nothing_is_checked_where_that_is_said(connect: Connect) -> None:
    assert connect("expired", verify=0) == [f"{SUITE_13} alpn none peer none"]


def test_without_a_root_nobody_is_trusted(connect: Connect) -> None:
    assert connect(roots="")[0] == "client -7 the certificate of host.test comes from none of the roots"


def test_every_root_of_the_distribution_is_one(connect: Connect) -> None:
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    count = bundle.read_bytes().count(b"BEGIN CERTIFICATE")
    assert connect(more_roots=str(bundle), store=count * 4096)[0] == f"roots {count + 1}"
    assert connect(more_roots=str(bundle))[0].startswith("roots -6 the memory for certificates and keys is full")


@pytest.fixture(scope="module")
def sha1(folder: Path) -> None:
    """A certificate that nobody signs any more, but for openssl."""
    (folder / "extensions").write_text("subjectAltName=DNS:host.test\n")
    for words in (
        "req -new -key good.key -subj /CN=host.test -out sha1.csr",
        "x509 -req -sha1 -in sha1.csr -CA root.pem -CAkey root.key -set_serial 1 -extfile extensions -out sha1.pem",
    ):
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)


@pytest.mark.usefixtures("sha1")
@pytest.mark.parametrize("version", [V12, V13])
def test_no_signature_by_sha1_is_taken(connect: Connect, version: str) -> None:
    said = connect(chain="sha1.pem", server_most=version, now=int(time.time()) + 60)
    assert said[0] == "client -7 the certificate of host.test is signed by a hash or key that is too weak"


def test_a_clock_that_is_not_set_is_named(connect: Connect) -> None:
    words = "the clock is not set, so no certificate can be checked: set it, as by NTP, first"
    assert connect(now=0)[0] == f"client -7 {words}"


def test_dates_are_those_of_the_wall_clock(connect: Connect) -> None:
    later = int((NOW + 21 * YEAR).timestamp())
    assert connect(now=later)[0] == "client -7 the certificate of host.test expired on 2045-12-27"


@pytest.mark.parametrize("version", [V12, V13])
def test_the_chain_is_that_of_the_name_asked_for(
    connect: Connect, folder: Path, version: str, authority: Authority
) -> None:
    for host, expected in (("host.test", authority.good), ("rsa.test", authority.rsa)):
        connect(chain2="rsa.pem", key2="rsa.key", host=host, server_most=version, peer="peer.der")
        assert (folder / "peer.der").read_bytes() == expected.der


@pytest.mark.parametrize("version", [V12, V13])
def test_a_protocol_is_agreed(connect: Connect, version: str) -> None:
    said = connect(server_alpn="h2", client_alpn="h2", server_most=version)
    assert said[0].endswith("alpn first peer none")


def test_no_protocol_in_common(connect: Connect) -> None:
    assert connect(server_alpn="", client_alpn="h2")[0].endswith("alpn none peer none")
    assert connect(server_alpn="h2", client_alpn="x" * 256) == [
        "client_alpn -8 a protocol's name (ALPN) has 1 to 255 bytes"
    ]


@pytest.mark.parametrize("version", [V12, V13])
def test_a_client_shows_its_own_certificate(connect: Connect, version: str) -> None:
    options = {"client_roots": "root.pem", "client_chain": "other.pem", "client_key": "other.key"}
    assert connect(server_most=version, **options)[0].endswith("peer shown")


def test_a_client_without_one_is_refused(connect: Connect) -> None:
    assert connect(client_roots="root.pem") == ["server -8 the client shows no certificate"]


def test_an_optional_certificate_may_be_missing_but_not_wrong(connect: Connect) -> None:
    assert connect(client_roots="root.pem", client_verify=1)[0].endswith("peer none")
    wrong = {"client_chain": "stranger.pem", "client_key": "stranger.key"}
    said = connect(client_roots="root.pem", client_verify=1, **wrong)
    assert said == ["server -7 the certificate comes from none of the roots"]


def test_no_version_in_common(connect: Connect) -> None:
    said = connect(server_most=V12, client_least=V13)
    assert said[0].startswith("server -8 ")
    assert said[1].startswith("client -8 the peer gave up: ")
    said = connect(client_most=V12, server_least=V13)
    assert said == [
        "server -8 no version of TLS in common",
        "client -8 the peer gave up: no version in common, alert 70",
    ]


def test_a_server_without_a_certificate_says_so(connect: Connect) -> None:
    assert connect(chain="", key="")[0].startswith("server -8 ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"chain": "noise"}, "chain -8 the certificate is none: it must be X.509 in PEM or DER"),
        (
            {"key": "noise"},
            "chain -8 the key is none: it must be RSA, P-256 or P-384, in PEM or DER, and not encrypted",
        ),
        ({"key": "rsa.key"}, "chain -8 the key is not that of the certificate"),
        (
            {"chain": "long.pem", "key": "long.key"},
            "chain -8 the chain is longer than the 4 KiB that are sent at once: leave the root out, or use keys on P-256",
        ),
        ({"roots": "noise"}, "roots -8 the roots are none: they must be X.509 in PEM or DER"),
    ],
)
def test_files_that_are_none(connect: Connect, options: dict[str, str], words: str) -> None:
    assert connect(**options) == [words]


def test_garbage_is_no_record(connect: Connect) -> None:
    assert connect(garbage=1) == ["client -8 what came is no record of TLS", "server -5 "]


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("way", ["spoil_up", "spoil_down"])
def test_a_byte_changed_on_its_way_ends_the_handshake(connect: Connect, version: str, way: str) -> None:
    said = connect(server_most=version, **{way: 20})  # of the random number in a hello
    assert {line.split(" ", 2)[1] for line in said} <= {"-5", "-7", "-8"}, said
    assert any(" -8 " in line or " -7 " in line for line in said)


@pytest.mark.parametrize("version", [V12, V13])
@pytest.mark.parametrize("way", ["spoil_up", "spoil_down"])
def test_a_byte_changed_later_ends_the_session(connect: Connect, version: str, way: str) -> None:
    said = connect(server_most=version, **{way: 20_000})
    assert said[1] == "reader -8 a record was changed on its way, or is under other keys"


def test_no_session_takes_more_than_two_thirds_of_its_memory(connect: Connect) -> None:
    most = 0
    for server, host in (("good", "host.test"), ("rsa", "rsa.test"), ("chained", "host.test"), ("p384", "host.test")):
        for version in (V12, V13):
            said = connect(server, host=host, server_most=version, most=1)
            most = max(most, *map(int, said[-1].split()[1:]))
    assert 16384 + 4096 < most < 48 * 1024 * 3 // 4


def test_as_many_handshakes_at_once_as_there_are_sessions(tmp_path: Path) -> None:
    compile_all(("gcc", *SANITIZED), [HERE / name for name in ("many.c", "pipe.c", "world.c")], tmp_path / "many")
    done = subprocess.run([tmp_path / "many"], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr


def test_memory_that_runs_out_at_any_moment_of_a_handshake_is_said_and_comes_back(tmp_path: Path) -> None:
    own = [HERE / name for name in ("exhausted.c", "malloc_arena.c", "pipe.c", "world.c")]
    compile_all(("gcc", *SANITIZED), own, tmp_path / "exhausted", arena=False)
    forgets = {"ASAN_OPTIONS": "detect_leaks=0"}  # mbedTLS does, of its own pieces; they go with the session's memory
    command = [tmp_path / "exhausted"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=forgets)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.split()) == 2
    assert all(int(pieces) > 50 for pieces in done.stdout.split())
