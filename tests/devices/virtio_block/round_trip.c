/* Writes a pattern, reads it back, flushes, discards, and is refused beyond the end. */
#include <errno.h>
#include <string.h>

#include "unikernel/block.h"
#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

enum { BLOCK = 512, BLOCKS = 300, FIRST = 7 };

static unsigned char out[BLOCKS * BLOCK], in[BLOCKS * BLOCK];

int app_main(void) {
    struct device *disk = device_named("data");
    const struct block_operations *block = disk->driver->operations;
    if (disk->status != 0) {
        console_print("the disk is not up\n");
        return 1;
    }
    for (size_t i = 0; i < sizeof out; i++) {
        out[i] = (unsigned char)(i * 31 + i / BLOCK);
    }
    const struct block_geometry geometry = block->geometry(disk);
    machine_assert(geometry.block_bytes == BLOCK && geometry.count == 8192 && !geometry.read_only);
    machine_assert(block->write(disk, FIRST, out, BLOCKS) == 0);
    machine_assert(block->read(disk, FIRST, in, BLOCKS) == 0);
    machine_assert(memcmp(in, out, sizeof out) == 0);
    machine_assert(block->flush(disk) == 0);
    machine_assert(block->read(disk, geometry.count - 1, in, 2) == -EINVAL);
    machine_assert(block->read(disk, geometry.count, in, 1) == -EINVAL);
    machine_assert(block->write(disk, UINT64_MAX, in, 1) == -EINVAL);
    machine_assert(block->discard(disk, FIRST, 1) == 0);
    /* Longer than the period of the old timer, whose interrupt nobody may hear. */
    const uint64_t end = clock_monotonic_ns() + 120000000;
    while (clock_monotonic_ns() < end) {
        wait_until(end);
    }
    console_print("whole\n");
    return 0;
}
