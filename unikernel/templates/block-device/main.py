"""A disk as it is: a row of numbered blocks. File systems are made of nothing else."""

import errno

import unikernel

COUNT, BLOCK_BYTES = 4, 5  # what ioctl can be asked, as MicroPython's documentation of block devices numbers it

data = unikernel.device("data")
scratch = unikernel.device("scratch")

blocks = data.ioctl(COUNT, 0)
block_bytes = data.ioctl(BLOCK_BYTES, 0)
print("data:", blocks, "blocks of", block_bytes, "bytes")

# A buffer of as many bytes as a block: readblocks fills it.
buffer = bytearray(block_bytes)
data.readblocks(7, buffer)
print("block 7 is from another boot" if any(buffer) else "a disk never written to is all zeros")

# What is written is there at once for whoever reads; it is safe from a loss of power after flush.
pattern = bytes(number & 255 for number in range(block_bytes))
data.writeblocks(7, pattern)
data.flush()
data.readblocks(7, buffer)
assert buffer == pattern
print("block 7 holds what was written")

# A longer buffer is several blocks in a row, in one request.
three = pattern * 3
scratch.writeblocks(0, three)
buffer = bytearray(len(three))
scratch.readblocks(0, buffer)
assert buffer == three
print("three blocks at once hold what was written")

# A block that is not there is an error, and does no harm.
try:
    data.readblocks(blocks, bytearray(block_bytes))
except OSError as error:
    print("beyond the end:", errno.errorcode[error.errno])
