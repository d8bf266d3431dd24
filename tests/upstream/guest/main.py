"""Runs the test whose path comes as a line on the console, as upstream's Unix program would: it is the main module, its
folder is the current one and the first of sys.path. A filesystem in ROM has no current folder but its root, so each
folder of tests is one. Where a disk is mounted in a folder's place, its tests write, and their files are copied there.
A test that the build compiled is a module of the image instead, and opens nothing.
"""

import os
import sys

import vfs
from copying import copy

__file__ = "/tests/" + sys.stdin.readline().rstrip()
sys.argv.append(__file__)
if __file__.endswith(".mpy"):
    __import__(__file__[1:-4].replace("tests", "built", 1).replace("/", "."))
    sys.exit()
sys.path[0] = __file__.rsplit("/", 1)[0]
rom = open(sys.path[0].rsplit("/", 1)[1] + ".romfs", "rb")  # noqa: PTH123, SIM115 - no pathlib; it stays open
rom = vfs.VfsRom(memoryview(rom))
if any(path == sys.path[0] for _, path in vfs.mount()):
    copy(rom, sys.path[0])
else:
    vfs.mount(rom, sys.path[0])
os.chdir(sys.path[0])
if sys.path[0] == "/tests/net_hosted":
    import socket

    _micropython_org = socket.socket()
    _micropython_org.bind(("0.0.0.0", 80))  # noqa: S104 - the machine's loopback, as the stack's table of names says
    _micropython_org.listen()
    del socket
del copy, os, rom, sys, vfs
execfile(__file__)  # noqa: F821 - MicroPython has it
