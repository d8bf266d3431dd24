"""What the host can ask of a machine."""

from dataclasses import dataclass

from unikernel.devices.device import Device
from unikernel.interfaces import Control


@dataclass(frozen=True, kw_only=True)
class HostControl(Device, Control):
    """A shutdown in order: where the host asks for it, the app gets a SystemExit, and can tidy up.

    Source: docs/abi.md, the request.
    """
