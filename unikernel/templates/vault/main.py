"""Counts its boots on an encrypted disk: each boot is given the key, and nothing that is kept anywhere has it."""

import errno
import os
import sys

import unikernel

COUNT = "/vault/boots-so-far"


def shows(disk, word):
    """Whether the bytes of a disk hold a word, whoever wrote it."""
    blocks = disk.ioctl(4, 0)
    buffer = bytearray(8 * 512)
    for start in range(0, blocks, 8):
        disk.readblocks(start, buffer)
        if word in buffer:
            return True
    return False


try:
    with open(COUNT) as file:
        boots = int(file.read())
except OSError as error:
    if error.errno != errno.ENOENT:
        # Under another key the disk is noise, in which no file system is. It is left as it is.
        sys.exit("it does not open: " + str(error))
    boots = 0

boots += 1
with open(COUNT + ".new", "w") as file:
    file.write(str(boots))
os.rename(COUNT + ".new", COUNT)
print("boot", boots)

# The same bytes twice: as the vault reads them, and as they lie on the disk below, where whoever takes it would look.
for name in ("vault", "disk"):
    print("the name of the file shows on the", name + ":", shows(unikernel.device(name), b"boots-so-far"))
