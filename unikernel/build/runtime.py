"""What of MicroPython 1.25 is compiled, by component, and the port that binds it to the machine.

Upstream's sources are used as they are; what differs from upstream's feature level stands in
``kernel_src/micropython/mpconfigport.h`` with its reasons, and the files are chosen here.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from unikernel.build import kernel
from unikernel.build.components import KERNEL_SRC, Component, Generated, Source
from unikernel.build.runtime_headers import headers, version_header, without_modules
from unikernel.targets import Target

SOURCE = "micropython"
VERSION = "1.25.0"
LICENCE = "MIT"

_PY = [
    "argcheck",
    "bc",
    "binary",
    "builtinevex",
    "builtinhelp",
    "builtinimport",
    "compile",
    "cstack",
    "emitbc",
    "emitcommon",
    "emitglue",
    "formatfloat",
    "frozenmod",
    "gc",
    "lexer",
    "malloc",
    "map",
    "modarray",
    "modbuiltins",
    "modcmath",
    "modcollections",
    "moderrno",
    "modgc",
    "modio",
    "modmath",
    "modmicropython",
    "modstruct",
    "modsys",
    "mpprint",
    "mpstate",
    "mpz",
    "nativeglue",
    "nlr",
    "obj",
    "objarray",
    "objattrtuple",
    "objbool",
    "objboundmeth",
    "objcell",
    "objclosure",
    "objcode",
    "objcomplex",
    "objdeque",
    "objdict",
    "objenumerate",
    "objexcept",
    "objfilter",
    "objfloat",
    "objfun",
    "objgenerator",
    "objgetitemiter",
    "objint",
    "objint_mpz",
    "objlist",
    "objmap",
    "objnamedtuple",
    "objnone",
    "objobject",
    "objpolyiter",
    "objproperty",
    "objrange",
    "objreversed",
    "objringio",
    "objset",
    "objsingleton",
    "objslice",
    "objstr",
    "objstringio",
    "objstrunicode",
    "objtuple",
    "objtype",
    "objzip",
    "opmethods",
    "pairheap",
    "parse",
    "parsenum",
    "parsenumbase",
    "persistentcode",
    "qstr",
    "reader",
    "repl",
    "ringbuf",
    "runtime",
    "runtime_utils",
    "scheduler",
    "scope",
    "sequence",
    "smallint",
    "stackctrl",
    "stream",
    "unicode",
    "vm",
    "vstr",
    "warning",
]

#: The non-local return of each architecture.
_PY_ARCH = {"x86_64": ("nlrx64",)}

_EXTMOD = [
    "extmod/modasyncio",
    "extmod/modbinascii",
    "extmod/modcryptolib",
    "extmod/moddeflate",
    "extmod/modhashlib",
    "extmod/modheapq",
    "extmod/modjson",
    "extmod/modos",
    "extmod/modplatform",
    "extmod/modrandom",
    "extmod/modre",
    "extmod/modselect",
    "extmod/modtime",
    "extmod/modvfs",
    "extmod/vfs",
    "extmod/vfs_blockdev",
    "extmod/vfs_reader",
    "extmod/vfs_rom",
    "extmod/vfs_rom_file",
]

_SHARED = [
    "shared/libc/printf",
    "shared/readline/readline",
    "shared/runtime/gchelper_generic",
    "shared/runtime/pyexec",
    "shared/timeutils/timeutils",
]

#: What addresses memory; it comes with the device RawMemory and its driver of that name.
_RAW_MEMORY = ("extmod/machine_mem", "extmod/modmachine", "extmod/moductypes")

#: littlefs 2, with no words of its own on the console, and no memory but what it is given.
_LITTLEFS = ("lib/littlefs/lfs2", "lib/littlefs/lfs2_util")
_LITTLEFS_FLAGS = (
    "-DMICROPY_VFS_LFS2=1",
    "-DLFS2_NO_MALLOC",
    "-DLFS2_NO_DEBUG",
    "-DLFS2_NO_WARN",
    "-DLFS2_NO_ERROR",
    "-DLFS2_NO_ASSERT",
    "-Wno-unused-function",
)

#: FAT, with long names and folders; mpconfigport.h says no word of it, as only these files ask.
_FATFS = ("lib/oofatfs/ff", "lib/oofatfs/ffunicode")
_FAT = ("fat_fs", "fat_disk", "fat_rename")
_TLS = ("mbed_tls", "tls_context", "tls_error", "tls_saved", "tls_socket", "tls_stream")
_METRICS = ("metrics", "metrics_line", "metrics_count")
_FATFS_FLAGS = (
    "-DMICROPY_VFS_FAT=1",
    "-DMICROPY_FATFS_ENABLE_LFN=1",
    "-DMICROPY_FATFS_LFN_CODE_PAGE=437",
    "-DMICROPY_FATFS_RPATH=2",
    "-DMICROPY_FATFS_USE_LABEL=1",
)

#: What an app gets of a device.
_OBJECTS = frozenset({"channel_object", "ip_object", "log_object", "ntp_object", "watch_object"})
#: Linked only into an image whose devices need them, beside the drivers.
SHARED = frozenset({"blank", "block_object", "fatfs", "kv", "littlefs", "socket"}) | _OBJECTS
#: Drivers and what they share, of one file of ours each.
_PLAIN = ("git_files", "kv", "little_kv", "mock_clock", "raw_io", "rom_kv")
_STORAGE = (SHARED - _OBJECTS - {"socket"}) | {"fat_fs", "git_files", "little_fs", "little_kv", "rom_kv"}

#: The module socket, over the devices that provide Tcp and Udp.
_SOCKET = ("address", "connect", "module", "names", "object", "options", "packed", "text", "transfer", "wait")

#: The port's own files; ``repl.c`` is the device Repl and comes with it.
_PORT = [
    "cipher",
    "deadline",
    "digest",
    "entropy",
    "hal",
    "heap",
    "inspect",
    "interrupt",
    "main",
    "mounts",
    "native",
    "os_error",
    "position",
    "rom",
    "stdio",
    "unikernel_module",
]

#: An interrupt handler must not touch vector registers: they are not saved around it.
_PORT_FLAGS = {"interrupt": ("-mgeneral-regs-only",)}

_FLAGS = (
    "-std=gnu17",
    "-Oz",
    "-fhosted",  # the base flags say freestanding; here the compiler may know memcpy and its like
    "-DNDEBUG",
    *("-U__linux__", "-U__linux", "-U__unix__"),  # said by the compiler's target name; no such system is below
    '-DFFCONF_H="lib/oofatfs/ffconf.h"',  # vfs_fat.h is read even where FAT is off
    "-mno-red-zone",
    "-fno-common",
    "-fstack-protector-strong",
    "-Wframe-larger-than=4096",
    "-Wall",
    "-Werror",
)
_OWN_FLAGS = ("-Wextra", "-Wno-unused-parameter", "-Wno-sign-compare")


#: Upstream's asyncio, but for task.py, which is C here (extmod/modasyncio.c), and __init__.py, which is ours.
_ASYNCIO = ("core", "event", "funcs", "lock", "stream")

#: What every image can import without a file; a test holds this to the image's own list.
_C_MODULES = [
    "_inspect",
    "array",
    "asyncio",
    "binascii",
    "builtins",
    "cmath",
    "collections",
    "cryptolib",
    "deflate",
    "errno",
    "gc",
    "hashlib",
    "heapq",
    "io",
    "json",
    "math",
    "micropython",
    "os",
    "platform",
    "random",
    "re",
    "select",
    "struct",
    "sys",
    "time",
    "unikernel",
    "vfs",
]


#: Those that a device brings: its driver's name → the modules.
_BROUGHT = {
    "mbed_tls": ("tls",),
    "raw_memory": ("machine", "uctypes"),
    "tcp_sockets": ("socket",),
    "udp_sockets": ("socket",),
}

#: Flags for single files of upstream's. The parser would take constants out of uctypes, and so hold it in every image.
#: An interrupt that brings something schedules what looks at it.
_FILE_FLAGS = {"py/parse": ("-DMICROPY_PY_UCTYPES=0",), "py/scheduler": ("-mgeneral-regs-only",)}


def frozen_modules(tree: Path) -> dict[str, Path]:
    """The Python files frozen into every image: the name a traceback shows → the file."""
    ours = "asyncio/__init__.py"
    return {ours: KERNEL_SRC / "micropython" / ours} | {
        f"asyncio/{name}.py": tree / "extmod" / "asyncio" / f"{name}.py" for name in _ASYNCIO
    }


def modules_in_image(drivers: Collection[str] = ()) -> frozenset[str]:
    """The names that an image with those drivers can import without a file."""
    return frozenset({*_C_MODULES, *(module for driver in drivers for module in _BROUGHT.get(driver, ()))})


def _sources(tree: Path, names: Iterable[str]) -> tuple[Source, ...]:
    return tuple(Source(tree / f"{name}.c", f"{name}.c", _FILE_FLAGS.get(name, ())) for name in names)


def _component(name: str, sources: tuple[Source, ...], includes: tuple[Path, ...], *generated: Generated) -> Component:
    kind = "storage" if name in _STORAGE else "net" if name in ("mbed_tls", "socket") else "runtime"
    return Component(name, kind, sources, includes, _FLAGS, generated, version=VERSION, licence=LICENCE)


def components(target: Target, tree: Path, drivers: Collection[str] = ()) -> tuple[Component, ...]:
    """Return the runtime's components for a target, from MicroPython's unpacked source at ``tree``.

    ``drivers`` are those in the image, by name: the table of modules names what they bring, and nothing else that is
    not in every image. All other code is the same for all images.
    """
    port = KERNEL_SRC / "micropython"
    includes = (port, tree, *kernel.headers(target))
    version = version_header(VERSION)
    py = (*(f"py/{name}" for name in _PY), *(f"py/{name}" for name in _PY_ARCH[target.arch]))
    own = tuple(Source(port / f"{name}.c", f"{name}.c", (*_OWN_FLAGS, *_PORT_FLAGS.get(name, ()))) for name in _PORT)
    chosen = {
        "micropython": _sources(tree, py),
        "extmod": _sources(tree, _EXTMOD),
        "port": (*own, *_sources(tree, _SHARED)),
        "modules": (Source(port / "frozen.c", "frozen.c"), *_sources(tree, ["py/objmodule"])),
        "repl": (Source(port / "repl.c", "repl.c", _OWN_FLAGS),),
        "blank": (Source(port / "blank.c", "blank.c", _OWN_FLAGS),),
        "watch_object": (Source(port / "watch_object.c", "watch_object.c", _OWN_FLAGS),),
        "block_object": (Source(port / "block_object.c", "block_object.c", _OWN_FLAGS),),
        "channel_object": (Source(port / "channel_object.c", "channel_object.c", _OWN_FLAGS),),
        "ip_object": (Source(port / "ip_object.c", "ip_object.c", _OWN_FLAGS),),
        "ntp_object": (Source(port / "ntp_object.c", "ntp_object.c", _OWN_FLAGS),),
        "log_object": (Source(port / "log_object.c", "log_object.c", _OWN_FLAGS),),
        "fat_fs": tuple(Source(port / f"{name}.c", f"{name}.c", (*_OWN_FLAGS, *_FATFS_FLAGS)) for name in _FAT),
        "fatfs": tuple(replace(each, flags=_FATFS_FLAGS) for each in _sources(tree, _FATFS)),
        "little_fs": (Source(port / "little_fs.c", "little_fs.c", (*_OWN_FLAGS, *_LITTLEFS_FLAGS)),),
        "littlefs": tuple(replace(each, flags=_LITTLEFS_FLAGS) for each in _sources(tree, _LITTLEFS)),
        **{name: (Source(port / f"{name}.c", f"{name}.c", _OWN_FLAGS),) for name in _PLAIN},
        "mbed_tls": tuple(Source(port / f"{name}.c", f"{name}.c", _OWN_FLAGS) for name in _TLS),
        "metrics": tuple(Source(port / f"{name}.c", f"{name}.c", _OWN_FLAGS) for name in _METRICS),
        "socket": tuple(Source(port / f"socket/{name}.c", f"socket/{name}.c", _OWN_FLAGS) for name in _SOCKET),
        "raw_memory": (Source(port / "raw_memory.c", "raw_memory.c", _OWN_FLAGS), *_sources(tree, _RAW_MEMORY)),
    }
    scanned = tuple(_component(name, sources, includes, version) for name, sources in chosen.items())
    generated = headers(tree, port, scanned, frozen_modules(tree))
    absent = without_modules(sorted(modules_in_image(_BROUGHT) - modules_in_image(drivers)))
    first = {"modules": (absent,)}
    return tuple(
        _component(name, sources, includes, version, *first.get(name, ()), generated)
        for name, sources in chosen.items()
    )
