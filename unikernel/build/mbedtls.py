"""mbedTLS: of its archive, what the drivers of a stack ask for; AES in XTS mode, and TLS where a device is for it."""

from __future__ import annotations

from pathlib import Path

from unikernel.build.components import KERNEL_SRC, Component, Source
from unikernel.build.kernel import FLAGS, headers
from unikernel.targets import Target

SOURCE = "mbedtls"
VERSION = "3.6.6"
LICENCE = "Apache-2.0"

_LIBRARY = ("aes", "aesni", "platform_util")
HOT = ("bignum", "bignum_core", "constant_time", "ecp", "ecp_curves", "gcm", "sha256")
"""What TLS spends its time in, beside those: bulk data, and the numbers of a handshake."""
#: All else of TLS is made small. Of a file, what nobody asks for is not even compiled.
_SMALL = (
    *("asn1parse", "asn1write", "base64", "cipher", "cipher_wrap", "ecdh", "ecdsa", "hkdf", "md", "oid", "pem", "pk"),
    *("pk_ecc", "pk_wrap", "pkparse", "psa_crypto", "psa_crypto_aead", "psa_crypto_cipher", "psa_crypto_client"),
    *("psa_crypto_driver_wrappers_no_static", "psa_crypto_ecp", "psa_crypto_hash", "psa_crypto_mac", "psa_crypto_rsa"),
    *(
        "psa_crypto_slot_management",
        "psa_util",
        "rsa",
        "rsa_alt_helpers",
        "sha1",
        "sha512",
        "ssl_ciphersuites",
        "ssl_client",
    ),
    *("ssl_msg", "ssl_ticket", "ssl_tls", "ssl_tls12_client", "ssl_tls12_server", "ssl_tls13_client"),
    *("ssl_tls13_generic", "ssl_tls13_keys", "ssl_tls13_server", "x509", "x509_crt"),
)
#: The compiler's own words for the instructions, and one more for turning bytes round: half of what a record takes. All
#: that read aesni.h must have them, as with them round keys are aligned.
_INSTRUCTIONS = ("-maes", "-mpclmul", "-mssse3")
_FILE_FLAGS = {
    **dict.fromkeys(("aes", "aesni", "gcm"), _INSTRUCTIONS),
    # The table of keys is of all sessions, and in the memory of none: kernel_src/crypto/tls/platform.c.
    "psa_crypto_slot_management": ("-DMBEDTLS_PLATFORM_CALLOC_MACRO=tls_calloc_keys",),
    "ssl_tls12_client": ("-include", "crypto/tls/pss_in_tls12.h"),  # which says why
}
_FLAGS = (
    *(flag for flag in FLAGS if flag != "-mgeneral-regs-only"),  # no interrupt comes here, and AES has vector registers
    "-O2",
    "-fhosted",  # the base flags say freestanding; here the compiler may know memcpy and its like
)
CONFIG = '-DMBEDTLS_CONFIG_FILE="crypto/mbedtls_config.h"'
TLS = "-DCRYPTO_TLS"


def library(*, tls: bool) -> tuple[str, ...]:
    """The files of mbedTLS's library that are compiled, without their suffix."""
    return (*_LIBRARY, *HOT, *_SMALL) if tls else _LIBRARY


def file_flags(name: str) -> tuple[str, ...]:
    """The flags of one of them alone."""
    return (*(("-Oz",) if name in _SMALL else ()), *_FILE_FLAGS.get(name, ()))


def components(target: Target, tree: Path, *, tls: bool = False) -> tuple[Component, ...]:
    """The component, from mbedTLS's unpacked source at `tree`: its files, and ours that alone see its headers.

    There is one, with or without `tls`, so that an image has AES once.
    """
    crypto = KERNEL_SRC / "crypto"
    ours = (*sorted(crypto.glob("*.c")), *(sorted((crypto / "tls").glob("*.c")) if tls else ()))
    sources = [Source(path, path.relative_to(KERNEL_SRC).as_posix()) for path in ours]
    sources += [
        Source(tree / "library" / f"{name}.c", f"library/{name}.c", file_flags(name)) for name in library(tls=tls)
    ]
    includes = (*headers(target), tree / "include", tree / "library")
    flags = (*_FLAGS, CONFIG, *((TLS,) if tls else ()))
    kind = "net" if tls else "storage"
    return (Component(SOURCE, kind, tuple(sources), includes, flags, version=VERSION, licence=LICENCE),)
