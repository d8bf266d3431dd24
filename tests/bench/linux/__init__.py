"""Linux with the same MicroPython, built from Debian's packages: what our images are compared with.

``LinuxGuest().run(script)`` boots it on a script and returns what the script wrote.
"""

from __future__ import annotations

from tests.bench.linux.guest import LinuxGuest
from tests.bench.linux.machine import Disk

__all__ = ["Disk", "LinuxGuest"]
