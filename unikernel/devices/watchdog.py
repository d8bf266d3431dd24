"""Who notices that an app hangs."""

from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.attachment import Attachment, WatchdogTimer
from unikernel.devices.device import Device
from unikernel.devices.parameter import parameter
from unikernel.interfaces import Watch


@dataclass(frozen=True, kw_only=True)
class Watchdog(Device, Watch):
    """A watchdog: from its first feeding on, an app that does not feed it in time is given up, and started again.

    Source: Winsystems, "SBC8360 user manual", the IB700's watchdog timer.
    """

    hardware: ClassVar[str] = "the watchdog timer"
    needs: ClassVar[tuple[str, ...]] = ("watch_object",)

    timeout_s: int = parameter(10, "how long it goes without food", unit="s", least=2, most=30, step=2)
    restart: bool = parameter(default=True, text="whether the machine is started again, or ends", host=True)

    def attachments(self) -> tuple[Attachment, ...]:
        """The timer."""
        return (WatchdogTimer(self.name, self.restart),)
