"""A lottery of blocks. A seed decides which are drawn and what is written on them; so after a restart, when the machine
has forgotten all, the seed alone is enough to check the disk.

The first block is the notebook: the round, how many tickets it has, and whether it was checked.
"""

import random
import struct

import unikernel

BLOCK_BYTES = 512
NOTE = ">4sIIB"
MARK = b"LUCK"

disk = unikernel.device("data")
blocks = disk.ioctl(4, 0)


def draw(seed, tickets):
    """The blocks of a round, and what is on each: the same for the same seed, in whatever machine."""
    random.seed(seed)
    urn = list(range(1, blocks))
    for _ in range(tickets):
        number = urn.pop(random.randrange(len(urn)))
        yield number, bytes(random.getrandbits(8) for _ in range(16)) * (BLOCK_BYTES // 16)


def note(round_number, tickets, checked):
    """Writes the notebook, after everything that it speaks of is safe on the disk."""
    disk.flush()
    text = struct.pack(NOTE, MARK, round_number, tickets, checked)
    disk.writeblocks(0, text + bytes(BLOCK_BYTES - len(text)))
    disk.flush()


page = bytearray(BLOCK_BYTES)
disk.readblocks(0, page)
mark, round_number, tickets, checked = struct.unpack_from(NOTE, page)

if mark == MARK and not checked:
    for number, content in draw(round_number, tickets):
        disk.readblocks(number, page)
        assert page == content, f"block {number} is not what was written"
    print(f"round {round_number}: all {tickets} blocks hold what the seed says")
    note(round_number, tickets, checked=True)
else:
    round_number = round_number + 1 if mark == MARK else 1
    tickets = unikernel.parameters()["tickets"]
    for number, content in draw(round_number, tickets):
        disk.writeblocks(number, content)
    note(round_number, tickets, checked=False)
    print(f"round {round_number}: {tickets} of {blocks - 1} blocks are drawn and written; now the machine starts again")
    unikernel.restart()
