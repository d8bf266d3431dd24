"""QEMU's words, and what its monitor says when it gives a machine up; a script stands in for the monitor."""

import asyncio
import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from unikernel.devices.attachment import Ports, SerialLine
from unikernel.errors import VmmError
from unikernel.machine.accelerator import Accelerator
from unikernel.machine.metrics import QueueDepth
from unikernel.machine.qemu import command as qemu_command
from unikernel.machine.qemu import monitor as qemu_monitor
from unikernel.machine.qemu.monitor import Monitor
from unikernel.machine.qemu.queues import Queues
from unikernel.machine.vmm import Hardware

GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}, "package": ""}, "capabilities": []}}
HARDWARE = Hardware("microvm", Path("/x/hello.elf"), 8 << 20, "prompt=1", Accelerator.TCG)


@pytest.fixture(autouse=True)
def some_qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qemu_command, "binary", lambda: "/bin/qemu")


def test_a_mapped_machine_is_sandboxed_bare_and_mapped() -> None:
    command = " ".join(qemu_command.mapped_command(HARDWARE, 3, 4))
    for words in (
        "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-nodefaults -no-user-config -display none -no-reboot",
        "memory-backend-file,id=ram,size=8388608,mem-path=/proc/self/fd/3,share=on",
        "acpi=off,memory-backend=ram",
        "-m size=8192k",
        "stdio,id=console,signal=off",
        "socket,id=monitor,fd=4",
        "-append prompt=1",
    ):
        assert words in command


def test_a_standalone_command_has_the_same_hardware_and_the_console_on_stdio() -> None:
    command = qemu_command.standalone_command(HARDWARE)
    assert command[command.index("-kernel") + 1] == "/x/hello.elf"
    assert command[-4:] == ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    assert not {"-sandbox", "-object", "-mon"} & set(command)
    mapped = qemu_command.mapped_command(HARDWARE, 3, 4)
    assert mapped[2] == command[2] + ",memory-backend=ram"
    assert mapped[3 : command.index("-chardev")] == command[3 : command.index("-chardev")]


def test_a_debugger_is_waited_for_at_an_inherited_socket_or_at_a_port() -> None:
    mapped = qemu_command.mapped_command(HARDWARE, 3, 4, 5)
    assert mapped[-5:] == ["-chardev", "socket,id=debugger,fd=5,server=on,wait=off", "-S", "-gdb", "chardev:debugger"]
    alone = qemu_command.standalone_command(replace(HARDWARE, debugger=Path("/x/socket")))
    assert alone[-3:] == ["-S", "-gdb", "tcp:127.0.0.1:1234"]


PORTS = replace(HARDWARE, attachments=(Ports("text", ("metrics",)),), console="text")


def test_a_console_over_virtio_has_a_port_for_breaks_and_one_for_each_channel() -> None:
    command = " ".join(qemu_command.mapped_command(PORTS, 3, 4, text_fds={"metrics": 7, "text.break": 8}))
    assert " -serial " not in command
    for words in (
        "-device virtio-serial-device,id=ports.text,max_ports=4",
        "-chardev socket,id=text.metrics,fd=7 -chardev socket,id=text.text.break,fd=8",
        "-device virtserialport,bus=ports.text.0,chardev=console,name=text ",
        "-device virtserialport,bus=ports.text.0,chardev=text.metrics,name=metrics ",
        "-device virtserialport,bus=ports.text.0,chardev=text.text.break,name=text.break ",
    ):
        assert words in command
    alone = " ".join(qemu_command.standalone_command(PORTS))
    assert (
        "-chardev stdio,id=console,signal=off -chardev null,id=text.metrics -chardev null,id=text.text.break" in alone
    )
    assert "-device virtconsole,bus=ports.text.0,chardev=console,name=text " in alone


def test_of_two_consoles_the_other_is_a_channel() -> None:
    both = replace(PORTS, attachments=(SerialLine("com1"), Ports("text", ("metrics",))), console="com1")
    assert both.channels == ("text", "metrics")
    command = " ".join(qemu_command.mapped_command(both, 3, 4, text_fds={"text": 7, "metrics": 8}))
    assert "-serial chardev:console" in command
    assert "chardev=text.text,name=text " in command
    assert "break" not in command
    other = replace(both, console="text")
    assert other.channels == ("com1", "metrics")
    assert "-serial chardev:text.com1" in " ".join(qemu_command.standalone_command(other))


QUEUES = {
    "x-query-virtio": [
        {"name": "virtio-blk", "path": "/machine/peripheral/virtio.data/virtio-backend"},
        {"name": "virtio-net", "path": "/machine/peripheral-anon/device[1]"},
    ],
    "x-query-virtio-status": {"num-vqs": 2},
}


async def test_queues_are_named_for_their_devices_and_the_most_of_all_looks_is_kept() -> None:
    ahead = 0

    async def execute(command: str, arguments: Mapping[str, object]) -> object:
        if command == "x-query-virtio-queue-status":
            assert arguments["path"] == QUEUES["x-query-virtio"][0]["path"]
            return {"vring-num": 4, "shadow-avail-idx": (0xFFFF + ahead) % 0x10000, "used-idx": 0xFFFF}
        return QUEUES[command]

    queues = Queues(execute)
    for ahead, high in ((0, 0), (3, 3), (1, 3)):
        assert await queues.look() == {"data": (QueueDepth(4, ahead, high),) * 2}


async def test_a_qemu_that_shows_no_queues_shows_none() -> None:
    async def execute(command: str, arguments: Mapping[str, object]) -> object:
        raise VmmError(f"QEMU did not carry out {command} {arguments}.")

    assert await Queues(execute).look() == {}


async def monitor_script(channel: socket.socket, state: str, seen: list[str]) -> None:
    """Greet, and answer each command; `state` is the run state."""
    reader, writer = await asyncio.open_connection(sock=channel)
    writer.write(json.dumps(GREETING).encode() + b"\r\n")
    while data := await reader.read(65536):  # One command at a time comes, and no end of line behind it.
        command = json.loads(data)
        seen.append(command["execute"])
        answer: dict[str, object] = {"return": {"status": state} if command["execute"] == "query-status" else {}}
        if command["execute"] == "refused":
            answer = {"error": {"class": "GenericError", "desc": "not today"}}
        writer.write(json.dumps(answer | {"id": command.get("id")}).encode() + b"\r\n")
    writer.close()


@pytest.mark.parametrize(
    ("state", "given_up"), [("internal-error", True), ("guest-panicked", True), ("running", False)]
)
async def test_a_machine_beyond_hope_is_given_up(state: str, given_up: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qemu_monitor, "CONNECT_AFTER_S", 0)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    states: list[str] = []
    seen: list[str] = []
    script = asyncio.ensure_future(monitor_script(theirs, state, seen))
    monitor = Monitor(ours, states.append)
    while "query-status" not in seen:
        await asyncio.sleep(0.01)
    await monitor.execute("stop")
    assert (states == [state]) is given_up
    assert monitor.version == "7.2.22"
    with pytest.raises(VmmError, match="QEMU did not carry out refused .not today."):
        await monitor.execute("refused")
    await monitor.close()
    await script


async def test_a_monitor_that_is_gone_is_an_error_in_words() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    monitor = Monitor(ours, lambda _state: None)
    theirs.close()
    with pytest.raises(VmmError, match="QEMU's monitor does not answer"):
        await monitor.execute("stop")
    assert monitor.version == ""
    await monitor.close()
