"""The table of source archives: what may be built from, held by hash.

A version is added here together with what its sources need in the build; nothing else names one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """One version of one archive.

    `package` is its source package in the distribution, if it is there; `folder` is what it unpacks to.
    """

    name: str
    version: str
    file: str
    sha256: str
    folder: str
    licence: str
    package: str
    upstream: tuple[str, ...] = ()


SUITE = "trixie"
"""The distribution's suite whose list of sources is read."""

ARCHIVES: tuple[Archive, ...] = (
    Archive(
        name="micropython",
        version="1.25.0",
        file="micropython_1.25.0+ds.orig.tar.xz",
        sha256="7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
        folder="micropython-1.25.0",
        licence="MIT",
        package="micropython",
    ),
    # Upstream's own archive of the same release, for the day the distribution replaces its. The hash is the one that
    # packagers of the release publish.
    Archive(
        name="micropython",
        version="1.25.0",
        file="micropython-1.25.0.tar.xz",
        sha256="9fe99ad5808e66bb40d374f5cad187c32c7d1c49cf47f72b38fd453c28c2aebe",
        folder="micropython-1.25.0",
        licence="MIT",
        package="",
        upstream=("https://github.com/micropython/micropython/releases/download/v1.25.0/micropython-1.25.0.tar.xz",),
    ),
    Archive(
        name="musl",
        version="1.2.5",
        file="musl_1.2.5.orig.tar.gz",
        sha256="a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4",
        folder="musl-1.2.5",
        licence="MIT",
        package="musl",
        upstream=("https://musl.libc.org/releases/musl-1.2.5.tar.gz",),
    ),
    Archive(
        name="mbedtls",
        version="3.6.6",
        file="mbedtls_3.6.6.orig.tar.bz2",
        sha256="8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a",
        folder="mbedtls-3.6.6",
        licence="Apache-2.0",
        package="mbedtls",
    ),
    Archive(
        name="lwip",
        version="2.2.1",
        file="lwip_2.2.1+dfsg1.orig.tar.xz",
        sha256="83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1",
        folder="lwip-2.2.1",
        licence="BSD-3-Clause",
        package="lwip",
    ),
)
"""Accepted versions, the preferred one of a name first."""


def accepted(name: str) -> tuple[Archive, ...]:
    """The accepted versions of that name, the preferred one first."""
    return tuple(archive for archive in ARCHIVES if archive.name == name)


def names() -> tuple[str, ...]:
    """Every name in the table, once."""
    return tuple(dict.fromkeys(archive.name for archive in ARCHIVES))
