"""TLS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unikernel.devices.device import Device, parameter
from unikernel.errors import Refusal
from unikernel.interfaces import Clock, Entropy, Tls
from unikernel.units import KIB, MIB

SESSION_BYTES = 48 * KIB
"""``TLS_SESSION_BYTES`` of kernel_src/crypto/tls.h; what a session needs at most was measured to be less."""

SHARED_BYTES = 5 * KIB
"""What the table of keys begins with, and what the list of sessions takes, rounded up."""

KEYS_BYTES = KIB
"""Of the table of keys, for each session."""

CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, kw_only=True)
class MbedTls(Device, Tls):
    """TLS 1.2 and 1.3, both ends, by mbedTLS 3.6: the modules ``ssl`` and ``tls``, over any stream.

    A client checks the chain, the dates and the name of what a server shows, unless the app says otherwise in so many
    words. So it needs roots: those of `roots`, or what the app loads; and a clock that is set. Certificates are X.509
    with RSA, P-256 or P-384; keys are agreed on P-256, X25519 or P-384; records are AES-GCM.

    Each session has 48 KiB of its own, outside Python's heap: one session more than `sessions` is refused with ENOMEM,
    and the others go on. Source: RFC 5246, RFC 8446, RFC 5280; mbedTLS 3.6.
    """

    kind: ClassVar[str] = "net"
    source: ClassVar[str] = "micropython/mbed_tls.c"
    hardware: ClassVar[str] = "the memory of TLS"
    needs: ClassVar[tuple[str, ...]] = ("mbedtls",)
    modules: ClassVar[tuple[str, ...]] = ("ssl", "ussl")

    entropy: Entropy | None = None
    clock: Clock | None = None
    roots: str = parameter("", "a file of roots in PEM beside main.py; empty: none")
    sessions: int = parameter(24, "how many there can be at once", least=1, most=1024)
    store: int = parameter(
        64 * KIB, "memory for certificates, keys and roots", unit="bytes", least=16 * KIB, most=16 * MIB, step=4 * KIB
    )

    def memory_bytes(self) -> int:
        """Every session's own, that of certificates and keys, and the table of keys."""
        return SHARED_BYTES + self.sessions * (SESSION_BYTES + KEYS_BYTES) + self.store

    def check_files(self, files: Mapping[str, bytes]) -> None:
        """Raises `Refusal` for roots that are not there, or are none."""
        if not self.roots:
            return
        place = f"{self.name} (MbedTls)"
        if self.roots not in files or "/" in self.roots:
            raise Refusal(f"{place}: the app has no file {self.roots} beside main.py; put the roots there, in PEM.")
        if CERTIFICATE not in files[self.roots]:
            raise Refusal(f"{place}: {self.roots} holds no certificate in PEM; write it as openssl x509 does.")
