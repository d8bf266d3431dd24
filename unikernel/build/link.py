"""The link: archives, the ROM filesystem and the manifest become an image, a debug ELF and a map.

Two links of the same inputs run side by side, one of them stripped; both lay out the same bytes at the same addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from unikernel.build import cache, kernel, stamps
from unikernel.build.jobs import Jobs
from unikernel.build.toolchain import Toolchain
from unikernel.errors import BuildError, Refusal
from unikernel.targets import Target

ROM_FILE = "rom.bin"
MANIFEST_FILE = "manifest.bin"

FLAGS = (
    "-static",
    "--gc-sections",
    "--build-id=none",
    "--no-dynamic-linker",
    "-znoexecstack",
    # The VMM copies bytes to addresses, so segments need no pages of their own in the file.
    "-zmax-page-size=16",
    "--no-rosegment",
    "--fatal-warnings",
    # Two links run side by side; a thread a processor in each would only be in the other's way.
    "--threads=1",
    "--color-diagnostics=never",
)
_ERROR = re.compile(r"^ld\.lld: error: (.*)$", re.MULTILINE)
_REFERENCE = re.compile(r"^>>> referenced by (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Inputs:
    """All that is linked: archives by component, and the two files that are linked in as they are."""

    target: Target
    archives: Mapping[str, Path]
    rom: bytes
    manifest: bytes
    taken_bytes: int = 0
    """Memory that the devices take when they come up."""
    main: range = range(0)
    """Where the app's bytecode lies in `rom`."""

    def key(self) -> str:
        """One name for all that decides the image; raises `Refusal` when the link script cannot be read."""
        script = kernel.link_script(self.target)
        try:
            text = script.read_bytes()
        except OSError as error:
            raise Refusal(f"{script}: the link script cannot be read ({(error.strerror or '').lower()}).") from error
        archives = {name: str(path) for name, path in self.archives.items()}
        return stamps.key(FLAGS, text, archives, self.rom, self.manifest, self.taken_bytes, str(self.main))


@dataclass(frozen=True)
class Linked:
    """The three files of a link, in a scratch folder."""

    image: Path
    debug: Path
    map: Path


def link(toolchain: Toolchain, inputs: Inputs, folder: Path) -> Linked:
    """Links in `folder`, where the files have short names: those are what the map shows. Raises `BuildError`."""
    with cache.refusing(folder):
        (folder / ROM_FILE).write_bytes(inputs.rom)
        (folder / MANIFEST_FILE).write_bytes(inputs.manifest)
        for name, path in inputs.archives.items():
            (folder / f"{name}.a").symlink_to(path)
    # Whole archives: a strong definition then always beats a weak one, and two strong ones are an error instead of a
    # silent choice. What nobody reaches falls to --gc-sections.
    files = ["--whole-archive", *(f"{name}.a" for name in inputs.archives), "--no-whole-archive"]
    files += ["--format=binary", ROM_FILE, MANIFEST_FILE, "--format=elf"]
    common = [
        *FLAGS,
        f"--defsym=DEVICES_BYTES={inputs.taken_bytes}",
        f"--defsym=MAIN_OFFSET={inputs.main.start}",
        f"--defsym=MAIN_BYTES={len(inputs.main)}",
        "-T",
        str(kernel.link_script(inputs.target)),
        *files,
    ]
    jobs = Jobs(toolchain.environment())
    commands = (
        toolchain.link(inputs.target, *common, "-s", "-o", "image.elf"),
        toolchain.link(inputs.target, *common, "-Map=image.map", "-o", "debug.elf"),
    )
    with ThreadPoolExecutor(len(commands)) as pool:
        try:
            all_done = list(pool.map(lambda command: jobs.run(command, folder), commands))
        except BaseException:
            jobs.stop()
            raise
    for done in all_done:
        if done.status:
            cache.check_space(done.errors)
            raise _fault(done.errors)
    return Linked(folder / "image.elf", folder / "debug.elf", folder / "image.map")


def _fault(errors: str) -> BuildError:
    """The linker's first error; who refers to a missing symbol."""
    match = _ERROR.search(errors)
    message = match[1] if match else (errors.strip().splitlines() or ["the linker ended without a word"])[-1]
    more = len(_ERROR.findall(errors)) - 1
    where = _REFERENCE.search(errors)
    text = f"link: {message}"
    if where:
        text += f", referenced by {where[1]}"
    if more > 0:
        text += f" (and {more} more)"
    return BuildError(f"{text}.")
