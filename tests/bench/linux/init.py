"""The Linux guest's first process, in MicroPython: loads modules, runs /main.py, says how it ended, switches off.

Its two arguments are the lines between which the host finds what /main.py wrote. /main.py may use what stands here:
`libc`, and `mount` for more file systems.
"""
# These names and modules are MicroPython's, which has no annotations and no pathlib; whatever a script raises is told.
# ruff: noqa: ANN001, ANN201, BLE001, F821, PTH123, PTH208
# mypy: ignore-errors

import os
import sys

import ffi

BEGUN, ENDED = sys.argv[1:]
MODULES = "/modules"
SYS_INIT_MODULE = 175  # asm/unistd_64.h
POWER_OFF = 0x4321FEDC  # linux/reboot.h, LINUX_REBOOT_CMD_POWER_OFF

libc = ffi.open("libc.so.6")


def mount(kind, place):
    """Mounts a file system that Linux makes up."""
    if libc.func("i", "mount", "sssLP")(kind, place, kind, 0, None):
        raise OSError(os.errno(), "mount " + place)


def load_modules():
    """In the order of their names; then the folders in which their devices show."""
    init_module = libc.func("l", "syscall", "lPLs")
    for name in sorted(os.listdir(MODULES)):
        with open(MODULES + "/" + name, "rb") as file:
            content = file.read()
        if init_module(SYS_INIT_MODULE, content, len(content), ""):
            raise OSError(os.errno(), "init_module " + name)
    for kind, place in (("devtmpfs", "/dev"), ("sysfs", "/sys")):
        mount(kind, place)


def status():
    """Of /main.py, as a process has one."""
    try:
        if "modules" in os.listdir("/"):
            load_modules()
        print(BEGUN)
        execfile("/main.py", {"__name__": "__main__", "libc": libc, "mount": mount})
    except SystemExit as error:
        code = error.args[0] if error.args else 0
        if code is None or isinstance(code, int):
            return code or 0
        print(code)
        return 1
    except BaseException as error:
        sys.print_exception(error)
        return 1
    return 0


print(ENDED, status())
libc.func("i", "tcdrain", "i")(1)  # the line's last bytes go out before the power
libc.func("i", "reboot", "L")(POWER_OFF)
