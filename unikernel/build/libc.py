"""What of musl 1.2.5 is compiled: pure functions of strings and mathematics, no system call.

Sources are used as they are. Three headers that musl's Makefile generates are made here in the same way.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from unikernel.build.components import Component, Generated, Source
from unikernel.targets import Target

SOURCE = "musl"
VERSION = "1.2.5"
LICENCE = "MIT"

_STRING = [
    "bcmp",
    "memchr",
    "memcmp",
    "memcpy",
    "memmem",
    "memmove",
    "memrchr",
    "memset",
    "stpcpy",
    "stpncpy",
    "strcat",
    "strchr",
    "strchrnul",
    "strcmp",
    "strcpy",
    "strcspn",
    "strlen",
    "strncat",
    "strncmp",
    "strncpy",
    "strnlen",
    "strrchr",
    "strspn",
    "strstr",
]

_MATH = [
    "__cos",
    "__expo2",
    "__fpclassify",
    "__math_divzero",
    "__math_invalid",
    "__math_oflow",
    "__math_uflow",
    "__math_xflow",
    "__rem_pio2",
    "__rem_pio2_large",
    "__signbit",
    "__sin",
    "__tan",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "copysign",
    "cos",
    "cosh",
    "erf",
    "exp",
    "exp_data",
    "expm1",
    "fabs",
    "floor",
    "fmod",
    "frexp",
    "ldexp",
    "lgamma",
    "lgamma_r",
    "log",
    "log10",
    "log1p",
    "log2",
    "log2_data",
    "log_data",
    "modf",
    "nan",
    "nearbyint",
    "pow",
    "pow_data",
    "rint",
    "round",
    "scalbn",
    "signgam",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "tgamma",
    "trunc",
]

#: Written for one processor; they stand in place of the general files of the same name.
_OF_ARCH = {
    "x86_64": {
        "string/memcpy": ".s",
        "string/memmove": ".s",
        "string/memset": ".s",
        "math/fabs": ".c",
        "math/sqrt": ".c",
    },
}

_FLAGS = (
    "-std=c99",
    "-Oz",
    "-ffreestanding",
    "-fexcess-precision=standard",
    "-frounding-math",
    "-fno-strict-aliasing",
    "-fno-common",
    "-mno-red-zone",
    "-D_XOPEN_SOURCE=700",
    "-w",  # warnings about musl's style are not ours to act on
    "-Qunused-arguments",  # the assembler is given the compiler's flags too
)


def components(target: Target, tree: Path) -> tuple[Component, ...]:
    """Return the libc's component for a target, from musl's unpacked source at ``tree``."""
    of_arch = _OF_ARCH[target.arch]
    sources = []
    for folder, names in (("string", _STRING), ("math", _MATH), ("fenv", ("fenv",)), ("stdlib", ("atoi",))):
        for name in names:
            general = f"{folder}/{name}"
            chosen = f"{folder}/{target.arch}/{name}{of_arch[general]}" if general in of_arch else f"{general}.c"
            sources.append(Source(tree / "src" / chosen, chosen))
    includes = [
        f"arch/{target.arch}",
        "arch/generic",
        "src/include",
        "src/internal",
        "include",
    ]
    return (
        Component(
            "libc",
            "libc",
            tuple(sources),
            tuple(tree / include for include in includes),
            _FLAGS,
            (_headers(target.arch, tree),),
            system_headers=False,
            version=VERSION,
            licence=LICENCE,
        ),
    )


def _headers(arch: str, tree: Path) -> Generated:
    types = (tree / "arch" / arch / "bits" / "alltypes.h.in", tree / "include" / "alltypes.h.in")
    calls = tree / "arch" / arch / "bits" / "syscall.h.in"

    def make(_workshop: object) -> Mapping[str, bytes]:
        syscall = calls.read_text(encoding="utf-8")
        return {
            "bits/alltypes.h": "".join(all_types(path.read_text(encoding="utf-8")) for path in types).encode(),
            "bits/syscall.h": (syscall + syscall.replace("__NR_", "SYS_")).encode(),
            "version.h": f'#define VERSION "{VERSION}"\n'.encode(),
        }

    return Generated(f"libc-{arch}", (VERSION, arch), (*types, calls), make)


def all_types(text: str) -> str:
    """What musl's ``tools/mkalltypes.sed`` does to an ``alltypes.h.in``: each type is defined once, where it is asked
    for.
    """
    kinds = (("TYPEDEF", r"(.*) ([^ ]*);", "", r"typedef \1 \2;", r"\2"), *_AGGREGATES)
    lines = []
    for line in text.splitlines():
        for word, rest, prefix, definition, name in kinds:
            matched = re.fullmatch(rf"{word} *{rest}", line)
            if matched:
                what = prefix + matched.expand(name)
                guard = f"#if defined(__NEED_{what}) && !defined(__DEFINED_{what})"
                lines += [guard, matched.expand(definition), f"#define __DEFINED_{what}", "#endif", ""]
                break
        else:
            lines.append(line)
    return "".join(f"{line}\n" for line in lines)


_AGGREGATES = tuple(
    (word, r"([^ ]*) (.*);", f"{word.lower()}_", rf"{word.lower()} \1 \2;", r"\1") for word in ("STRUCT", "UNION")
)
