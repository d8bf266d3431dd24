"""The bench of the network, as far as no machine is booted: its clients, and what is made of what they see."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.goals import GOALS, MICROVM
from tests.bench.network import clients, service
from tests.bench.network.guests import LINUX, OURS, Compared, in_turn


class Hello(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


class Missing(Hello):
    status = 404


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), request.param) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("served", [Hello], indirect=True)
def test_both_clients_tell_rate_and_slowest(served: int) -> None:
    for load in (clients.ab(served, 4, 60), clients.wrk(served, 4, 1)):
        assert load.failed == 0
        assert load.rate > 0
        assert load.p99_ms > 0
        assert load.held == load.rate


@pytest.mark.parametrize("served", [Missing], indirect=True)
def test_an_answer_that_is_no_success_counts_as_none(served: int) -> None:
    load = clients.ab(served, 2, 10)
    assert load.failed == 10
    assert load.held == 0
    assert clients.wrk(served, 2, 1).held == 0


def test_where_nobody_listens_all_fail() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Hello) as server:
        port = server.server_port
    assert clients.ab(port, 1, 7) == clients.Load(0.0, 0.0, 7)


def test_machines_are_measured_in_turn_and_compared_round_by_round() -> None:
    order = []
    values = iter([10.0, 5.0, 30.0, 10.0, 20.0, 0.0])

    def measure(ports: object) -> dict[str, float]:
        order.append(ports)
        return {"rate": next(values)}

    ours, linux = {"80": 1}, {"80": 2}
    seen = in_turn({OURS: ours, LINUX: linux}, measure, 3)
    assert order == [ours, linux] * 3
    assert seen.ratios("rate") == (2.0, 3.0, 0.0)  # in the last round Linux did not hold
    assert seen.ratio("rate") == 2.0
    assert seen.words("rate", "requests/s") == "20 and 5 requests/s, × 0.00 to 3.00"


def test_a_machine_may_be_compared_with_any_other() -> None:
    assert Compared({OURS: {"rate": [3.0]}, "bytecode": {"rate": [2.0]}}).ratio("rate", base="bytecode") == 1.5


def test_a_key_is_made_once_and_stands_in_the_app(tmp_path: Path) -> None:
    source = service.handshakes(tmp_path).source
    assert "CERTIFICATE" not in source
    assert source == service.handshakes(tmp_path).source
    shown = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", str(tmp_path / "certificate.der"), "-noout", "-text"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "NIST CURVE: P-256" in shown


def test_what_microvm_is_measured_for_has_a_goal_on_q35() -> None:
    assert all(GOALS[name].must is not None and GOALS[f"{name}_microvm"].must is None for name in MICROVM)
