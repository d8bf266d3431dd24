"""The random number generator of the processor."""

from dataclasses import dataclass

from unikernel.devices.device import Device
from unikernel.interfaces import Entropy


@dataclass(frozen=True, kw_only=True)
class Rdrand(Device, Entropy):
    """Seeds for the CSPRNG behind ``os.urandom``, from the processor's RDRAND.

    Source: Intel SDM volume 1, section 7.3.17.
    """
