"""The blocking face, as cells and scripts use it, on a real QEMU."""

import os
import signal
import threading
import time

import pytest

from tests.machine.images import guest
from unikernel.machine import registry
from unikernel.machine.runtime_folder import process_started
from unikernel.machine.sync import boot, machines


def test_boot_expect_send_wait() -> None:
    with boot(guest("ECHO", status=6)) as machine:
        machine.console.expect("up")
        machine.console.send("ping\n")
        assert machine.console.expect(r"p(i)ng")[1] == b"i"
        machine.console.post("posted\n")
        machine.console.expect("posted\n")
        assert [other.name for other in machines()] == ["echo"]
        assert machine.records.valid
        assert "running echo, 8 MiB" in str(machine)
        machine.interrupt()
        run = machine.wait(20)
    assert (run.status, run.transcript.text) == (6, "up\nping\nposted\nbreak\n")
    assert machines() == []
    assert "ended, exit 6 echo" in str(machine)


def test_interrupting_the_boots_wait_stops_the_machine_within_half_a_second() -> None:
    machine = boot(guest("SPIN"))
    machine.console.expect("up")
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.1, press).start()
    with pytest.raises(KeyboardInterrupt):
        machine.settle(60)
    assert time.monotonic() - pressed[0] < 0.5
    assert machine.run
    assert machine.run.ended_by == "stopped"
    assert process_started(machine.pid) is None


def test_interrupting_a_wait_leaves_the_machine_running() -> None:
    with boot(guest("IDLE")) as machine:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            machine.wait()
        assert machine.run is None
        assert [entry.name for entry in registry.running()] == ["idle"]


def test_subscribers_see_all_from_the_offset_they_ask_for() -> None:
    with boot(guest("HELLO")) as machine:
        machine.wait(20)
        seen: list[tuple[int, bytes]] = []
        machine.console.subscribe(lambda offset, data: seen.append((offset, data)), 2)()
        assert seen == [(2, b"llo\r\n")]
