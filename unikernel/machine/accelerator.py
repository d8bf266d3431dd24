"""What executes the machine's instructions: TCG (QEMU translates them; works everywhere) or KVM (the host's processor,
where usable).
"""

from __future__ import annotations

import fcntl
import os
from enum import Enum
from typing import Final

KVM_DEVICE: Final = "/dev/kvm"
KVM_GET_API_VERSION: Final = 0xAE00
KVM_API_VERSION: Final = 12

AUTO: Final = "auto"
"""The name that stands for whichever a probe finds the better."""


class Accelerator(Enum):
    """The name is also QEMU's."""

    TCG = "tcg"
    KVM = "kvm"


def kvm_lack(device: str) -> str:
    """Why KVM cannot be used, as half a sentence; empty when the device answers (which does not yet prove that it
    works).
    """
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return f"this host has no {device}"
    except OSError as error:
        return f"{device} cannot be opened ({error.strerror})"
    try:
        version = fcntl.ioctl(descriptor, KVM_GET_API_VERSION)
    except OSError as error:
        return f"{device} does not answer ({error.strerror})"
    finally:
        os.close(descriptor)
    return (
        ""
        if version == KVM_API_VERSION
        else f"{device} speaks version {version} of its interface, not {KVM_API_VERSION}"
    )
