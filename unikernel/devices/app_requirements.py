"""What the app of a stack requires, as a device does; ``[app]`` in a project's file names who meets it."""

from __future__ import annotations

from unikernel.devices.device import Requirement
from unikernel.devices.rom_files import RomFiles
from unikernel.interfaces import Clock, Console, Dns, Entropy, Tcp, Tls, Udp

APP = "app"
APP_REQUIREMENTS = (
    Requirement("console", Console, optional=False),
    Requirement("files", RomFiles, optional=False),
    Requirement("clock", Clock, optional=False),
    Requirement("entropy", Entropy, optional=True),
    Requirement("tcp", Tcp, optional=True),
    Requirement("udp", Udp, optional=True),
    Requirement("dns", Dns, optional=True),
    Requirement("tls", Tls, optional=True),
)
"""What the runtime asks for on the app's behalf; entropy and the network only where the stack has them."""
