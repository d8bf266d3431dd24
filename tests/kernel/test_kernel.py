"""The portable C of the kernel, compiled for the host under the sanitizers: one program a file, status 0 when all holds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from unikernel.build import mbedtls
from unikernel.build import sources as archives

HERE = Path(__file__).parent
KERNEL_SRC = HERE.parents[1] / "kernel_src"
PROGRAMS = sorted(HERE.glob("test_*.c"))
FLAGS = (
    *("-std=c17", "-D_DEFAULT_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror"),
    *(
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        f"-I{HERE}/model",
        f"-I{KERNEL_SRC}",
        f"-I{KERNEL_SRC}/include",
    ),
)
PATIENCE_S = 60


def sources(program: Path) -> list[str]:
    """Files that the program's first comment names: of the kernel, or ``mbedtls:FILE``, and what the latter need; and
    flags.
    """
    named = re.match(r"/\* sources: ([\w./: -]+?) ?(\*/)?\n", program.read_text())
    assert named, f"{program.name} names no sources"
    found = []
    for name in named[1].split():
        if name.startswith("-"):
            found.append(name)
            continue
        archive, _, path = name.rpartition(":")
        root = archives.tree(archive).path if archive else KERNEL_SRC
        found.append(str(root / path))
        if archive:
            found += [f"-I{root}/include", f"-I{root}/library", mbedtls.CONFIG]
    return found


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_the_kernel_on_the_host(program: Path, tmp_path: Path) -> None:
    binary = tmp_path / program.stem
    compiled = ["gcc", *FLAGS, str(program), *sources(program), "-o", str(binary)]
    subprocess.run(compiled, check=True, timeout=PATIENCE_S)
    done = subprocess.run([str(binary)], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
