"""Runs the test whose path comes as a line on the console, as upstream's Unix program would: it is the main module, its
folder is the current one and the first of sys.path. A filesystem in ROM has no current folder but its root, so each
folder of tests is one.
"""

import os
import sys

import vfs

__file__ = "/tests/" + sys.stdin.readline().rstrip()
sys.argv.append(__file__)
sys.path[0] = __file__.rsplit("/", 1)[0]
rom = open(sys.path[0].rsplit("/", 1)[1] + ".romfs", "rb")  # noqa: PTH123, SIM115 - no pathlib; it stays open
vfs.mount(vfs.VfsRom(memoryview(rom)), sys.path[0])
os.chdir(sys.path[0])
del os, rom, sys, vfs
execfile(__file__)  # noqa: F821 - MicroPython has it
