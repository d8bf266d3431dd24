"""Where an image runs: architecture, machine type, boot protocol, and the VMMs that can run it. Declarations only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from unikernel.errors import Refusal


@dataclass(frozen=True)
class Target:
    """A place where an image runs."""

    name: str
    arch: str
    machine_type: str
    boot_protocol: str
    vmms: tuple[str, ...]
    summary: str
    virtio_most: int
    """How many virtio devices it can have."""

    def runs(self, other: Target) -> bool:
        """Whether an image built for `other` boots here, too."""
        return (self.arch, self.boot_protocol) == (other.arch, other.boot_protocol)

    def check_room(self, place: str, asking: Sequence[str]) -> None:
        """Raises `Refusal`, naming `place`, when more devices ask for virtio hardware than there is room for."""
        if len(asking) > self.virtio_most:
            raise Refusal(
                f"{place}: {', '.join(asking)} are {len(asking)} virtio devices, and {self.name} has room for "
                f"{self.virtio_most}; remove some, or choose another target."
            )

    @property
    def triple(self) -> str:
        """What the compiler calls it."""
        return f"{self.arch}-linux-musl"


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            name="x86_64-microvm",
            arch="x86_64",
            machine_type="microvm",
            boot_protocol="pvh",
            vmms=("qemu",),
            summary="64-bit PC without firmware tables, booted as a PVH ELF by QEMU's microvm",
            virtio_most=8,
        ),
        Target(
            name="x86_64-q35",
            arch="x86_64",
            machine_type="q35",
            boot_protocol="pvh",
            vmms=("qemu",),
            summary="64-bit PC with PCI Express, booted as a PVH ELF by QEMU's q35; the same image as microvm's",
            virtio_most=24,
        ),
    )
}

DEFAULT = "x86_64-microvm"


def target_named(name: str, place: str = "target") -> Target:
    """The target of that name; raises `Refusal`, naming `place`, when there is none."""
    if name in TARGETS:
        return TARGETS[name]
    near = get_close_matches(name, TARGETS, 1, 0.5)
    cure = f'did you mean "{near[0]}"?' if near else f"this version has {', '.join(TARGETS)}."
    raise Refusal(f'{place}: there is no target "{name}"; {cure}')
