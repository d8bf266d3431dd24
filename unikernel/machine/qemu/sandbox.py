"""What a VMM is denied while it runs a machine: a guest that breaks out of the VMM finds these doors shut."""

from enum import Enum


class Denied(Enum):
    """A group of system calls that a VMM has no business with; the value says why it may not."""

    OBSOLETE = "calls that nobody needs any more are an attack surface for nothing"
    ELEVATE_PRIVILEGES = "a VMM never becomes another user, and starts nothing that does"
    SPAWN = "a VMM starts no process: no helper, no shell"
    RESOURCE_CONTROL = "a VMM does not change limits, priorities or affinity"


ALL = tuple(Denied)
