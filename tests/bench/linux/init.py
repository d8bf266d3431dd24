"""The Linux guest's first process, in MicroPython: loads modules, gives a nic its address, runs /main.py, says how it
ended, switches off.

Its two arguments are the lines between which the host finds what /main.py wrote. /main.py may use what stands here:
`libc`, and `mount` for more file systems.
"""
# These names and modules are MicroPython's, which has no annotations and no pathlib; whatever a script raises is told.
# ruff: noqa: ANN001, ANN201, BLE001, F821, PTH123, PTH208
# mypy: ignore-errors

import os
import struct
import sys

import ffi

BEGUN, ENDED = sys.argv[1:]
MODULES = "/modules"
SYS_INIT_MODULE = 175  # asm/unistd_64.h
POWER_OFF = 0x4321FEDC  # linux/reboot.h, LINUX_REBOOT_CMD_POWER_OFF

NIC = "eth0"
ADDRESS = bytes((10, 0, 2, 15))  # what QEMU's user network forwards to
NETMASK = bytes((255, 255, 255, 0))
SET_FLAGS, SET_ADDRESS, SET_NETMASK = 0x8914, 0x8916, 0x891C  # linux/sockios.h
AF_INET, SOCK_DGRAM = 2, 2
UP = 1  # linux/if.h, IFF_UP

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


def bring_up():
    """The nic gets its address and begins. netdevice(7): a request is a name in 16 bytes, and what it is given in 24."""
    fd = libc.func("i", "socket", "iii")(AF_INET, SOCK_DGRAM, 0)
    control = libc.func("i", "ioctl", "iLP")
    requests = (
        (SET_ADDRESS, struct.pack("<HH4s16x", AF_INET, 0, ADDRESS)),
        (SET_NETMASK, struct.pack("<HH4s16x", AF_INET, 0, NETMASK)),
        (SET_FLAGS, struct.pack("<H22x", UP)),
    )
    for number, given in requests:
        if control(fd, number, struct.pack("16s", NIC.encode()) + given):
            raise OSError(os.errno(), "bring up " + NIC)
    libc.func("i", "close", "i")(fd)


def status():
    """Of /main.py, as a process has one."""
    try:
        if "modules" in os.listdir("/"):
            load_modules()
            if NIC in os.listdir("/sys/class/net"):
                bring_up()
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
