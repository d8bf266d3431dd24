"""A running QEMU: its process, what it inherits, and what its end means.

Memory, console and monitor are inherited descriptors. So nothing lies in a folder, and nothing is left when anything dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from unikernel.errors import VmmError
from unikernel.machine.memory_file import MemoryFile
from unikernel.machine.network import backlog, forwards
from unikernel.machine.network.plugs import Plugs
from unikernel.machine.process import Process
from unikernel.machine.qemu.command import BINARY, NAME, mapped_command
from unikernel.machine.qemu.devices import CONSOLE_ID, breaks
from unikernel.machine.qemu.monitor import WATCHDOG, Monitor, counts
from unikernel.machine.qemu.network import PORT_TAKEN, netdev_id, nic_id
from unikernel.machine.qemu.queues import Queues
from unikernel.machine.vmm import Channel, Drive, EndKind, Hardware, Session, VmmEnd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from unikernel.machine.metrics import DriveCounts, QueueDepth

GONE_S: Final = 5
"""How long a QEMU whose monitor is gone may take to end, on a busy host."""


class Qemu:
    """Starts QEMUs."""

    name = NAME

    async def start(self, hardware: Hardware) -> Session:
        """Start QEMU; the machine runs as soon as QEMU is up, and waits for nobody. Raises `Refusal`, `VmmError`."""
        return QemuSession(hardware)


class QemuSession:
    """One QEMU; see `vmm.Session`."""

    def __init__(self, hardware: Hardware) -> None:
        """Fork; must run on the loop that owns the machine."""
        self._plugs = Plugs(hardware.nics)
        try:
            self._start(hardware)
        except BaseException:
            self._plugs.close()
            raise
        self._plugs.inherited()
        places = [(each.host, each.port) for each in forwards.opened(hardware.nics) if each.protocol == "tcp"]
        self._widening = asyncio.get_running_loop().create_task(backlog.widen(self.pid, places)) if places else None

    def _start(self, hardware: Hardware) -> None:
        self._memory = MemoryFile(hardware.memory_bytes)
        if hardware.secrets:
            self._memory.write(hardware.secrets.address, hardware.secrets.data)
        input_ours, input_theirs = _pair()
        monitor_ours, monitor_theirs = _pair()
        output_ours, output_theirs = os.pipe()
        os.set_blocking(output_ours, False)
        self.console = Channel(output_ours, input_ours)
        texts = {name: _pair() for name in (*hardware.channels, *breaks(hardware))}
        self.channels = {name: Channel(os.dup(texts[name][0].fileno()), texts[name][0]) for name in hardware.channels}
        self._breaks = next((texts[name][0] for name in breaks(hardware)), None)
        debugger = None
        served: list[socket.socket] = []
        try:
            hardware = replace(hardware, drives=tuple(_reached(drive, served) for drive in hardware.drives))
            inherited = [self._memory.fd, monitor_theirs.fileno(), *(drive.fd for drive in hardware.drives)]
            if hardware.debugger:
                debugger = _bound(hardware.debugger)
                inherited.append(debugger.fileno())
            debugger_fd = debugger.fileno() if debugger else -1
            text_fds = {name: theirs.fileno() for name, (_, theirs) in texts.items()}
            inherited += (*text_fds.values(), *self._plugs.descriptors.values())
            command = mapped_command(
                hardware, self._memory.fd, monitor_theirs.fileno(), debugger_fd, text_fds, self._plugs.descriptors
            )
            self.command: tuple[str, ...] = tuple(command)
            self.spawned_ns = time.monotonic_ns()
            self._process = Process(command, inherited, input_theirs.fileno(), output_theirs)
        except BaseException:
            monitor_ours.close()
            self._close_texts()
            self._memory.close()
            raise
        finally:
            os.close(output_theirs)
            input_theirs.close()
            monitor_theirs.close()
            for theirs in (*served, *(theirs for _, theirs in texts.values())):
                theirs.close()
            if debugger:
                debugger.close()
        self.pid = self._process.pid
        self._stop_asked = False
        self._monitor = Monitor(monitor_ours, self._give_up)
        self._queues = Queues(self._monitor.execute)
        self._fault = ""

    def memory(self, address: int, size: int) -> bytes:
        """Guest-physical address is the offset in the memfd."""
        return self._memory.read(address, size)

    def touched(self) -> tuple[tuple[int, int], ...]:
        """Pages of the memfd that are no holes."""
        return self._memory.touched()

    async def wait(self) -> VmmEnd:
        """Wait for QEMU's end and say whose it was."""
        code = await self._process.wait()
        self._monitor.abandon()
        return self._end(code)

    async def opened(self) -> None:
        """As soon as QEMU listens, which it does before the machine's first instruction."""
        if self._widening:
            await asyncio.wait((self._widening,))

    def write(self, address: int, data: bytes) -> None:
        """Guest-physical address is the offset in the memfd."""
        self._memory.write(address, data)

    async def send_break(self) -> None:
        """By a port of its own, or by the monitor for a serial port: it arrives past throttled input."""
        if self._breaks is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):  # so many wait already, or nobody does
                self._breaks.send(b"\3")
            return
        try:
            await self._monitor.execute("chardev-send-break", {"id": CONSOLE_ID})
        except VmmError:
            # A machine that ends by the break takes QEMU along, and perhaps its answer.
            if not await self._ends():
                raise

    async def _ends(self) -> bool:
        """Whether QEMU, whose monitor is gone, has ended, too; the one is seen a little before the other."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GONE_S)
        return not self._process.running

    async def pause(self) -> None:
        """Stop all processors of the machine."""
        await self._monitor.execute("stop")

    async def resume(self) -> None:
        """Start them again."""
        await self._monitor.execute("cont")

    async def drives(self) -> Mapping[str, DriveCounts]:
        """By the monitor; a disk's node is named for it, and so is the one that limits its rate."""
        return counts(await self._monitor.execute("query-blockstats"))

    async def queues(self) -> Mapping[str, tuple[QueueDepth, ...]]:
        """By the monitor; each device is named for that of the stack."""
        return await self._queues.look()

    async def link(self, nic: str, *, up: bool) -> None:
        """The nic's own link: its driver sees that it is down."""
        await self._monitor.execute("set_link", {"name": nic_id(nic), "up": up})

    async def record(self, name: str, nic: str, file: str) -> None:
        """A filter of QEMU's, whatever the nic is plugged into."""
        what = {"qom-type": "filter-dump", "id": name, "netdev": netdev_id(nic), "file": file}
        await self._monitor.execute("object-add", what)

    async def stop_recording(self, name: str) -> None:
        """Take the filter away; its file is complete then."""
        await self._monitor.execute("object-del", {"id": name})

    def stop(self) -> None:
        """SIGTERM ends QEMU in order; it needs no monitor."""
        self._stop_asked = True
        self._process.send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL; the memory can still be read."""
        self._process.send(signal.SIGKILL)

    def version(self) -> str:
        """From the monitor's greeting."""
        return f"{NAME} {self._monitor.version}".strip()

    async def close(self) -> None:
        """End QEMU if it still runs; give back descriptors and memory."""
        self._process.kill_and_reap()
        if self._widening:
            self._widening.cancel()
            await asyncio.wait((self._widening,))
        await self._monitor.close()
        self._plugs.close()
        self._close_texts()
        self._memory.close()

    def _close_texts(self) -> None:
        for each in (self.console, *self.channels.values()):
            each.close()
        if self._breaks is not None:
            self._breaks.close()

    def _give_up(self, run_state: str) -> None:
        """The machine is in a run state from which it does not come back, while QEMU stays alive: end it."""
        self._fault = run_state
        self._process.send(signal.SIGKILL)

    def _end(self, code: int) -> VmmEnd:
        if self._fault == WATCHDOG:
            return VmmEnd(EndKind.STARVED, "its watchdog was not fed")
        if self._fault:
            return VmmEnd(EndKind.FAILED, f'QEMU gave the machine up in its state "{self._fault}"')
        lines = self._process.stderr_lines()
        prefix = f"{BINARY}: "
        said = [line.removeprefix(prefix) for line in lines if line.startswith(prefix) and "warning:" not in line]
        # A signal that asks QEMU to end is named on standard error; before its handlers are up, it is simply killed by it.
        ended_by_signal = next((line for line in said if line.startswith("terminating on signal")), "")
        if ended_by_signal or (self._stop_asked and code == -signal.SIGTERM):
            return VmmEnd(EndKind.STOPPED, ended_by_signal)
        if code < 0:
            return VmmEnd(
                EndKind.FAILED, f"QEMU was killed by {_signal_name(-code)}" + (f": {said[-1]}" if said else "")
            )
        # A machine ends QEMU with an odd code through debug-exit or 0 by a triple fault, QEMU itself with 1 and a message.
        if found := PORT_TAKEN.search(said[-1] if code and said else ""):
            protocol, port, guest_port = found.groups()
            return VmmEnd(EndKind.FAILED, forwards.taken(f"{port}:{guest_port}", int(port), protocol))
        if code and (said or lines):
            return VmmEnd(EndKind.QUIT, f"QEMU ended with code {code}: {(said or lines)[-1]}")
        return VmmEnd(EndKind.QUIT)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pair() -> tuple[socket.socket, socket.socket]:
    """Ours, non-blocking, and theirs."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 - of the standard library
    return ours, theirs


def _reached(drive: Drive, served: list[socket.socket]) -> Drive:
    """A drive as QEMU reaches it: one that is served has the socket in the place of its file; QEMU's end joins `served`."""
    if drive.serve is None:
        return drive
    ours, theirs = _pair()
    served.append(theirs)
    drive.serve(ours)
    return replace(drive, fd=theirs.fileno())


def _bound(path: Path) -> socket.socket:
    """A socket at `path` for QEMU, at which one can call already while QEMU starts; only this user can open it."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)  # An earlier life's.
        bound.bind(str(path))
        path.chmod(0o600)
        bound.listen(1)
    except OSError as error:
        bound.close()
        message = f"{path} cannot be made ({error.strerror}); set XDG_RUNTIME_DIR to a folder of your own."
        raise VmmError(message) from error
    return bound
