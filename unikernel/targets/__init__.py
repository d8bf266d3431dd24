"""Where an image runs: architecture, machine type, boot protocol, and the VMMs that can run it. Declarations only."""

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
