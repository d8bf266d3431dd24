/* Writes 00 to ff twice where the standard's vectors have it, reads it back, and tells of what was never written. */
#include <errno.h>
#include <string.h>

#include "unikernel/block.h"
#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/machine.h"

enum { BLOCK = 512, FIRST = 0xff, MANY = 100, FAR = 1000 };

static unsigned char out[MANY * BLOCK], in[MANY * BLOCK];

static void writes_and_reads(struct device *vault, const struct block_operations *block) {
    for (size_t i = 0; i < sizeof out; i++) {
        out[i] = (unsigned char)i;
    }
    machine_assert(block->write(vault, FIRST, out, MANY) == 0);
    machine_assert(out[BLOCK + 1] == 1); /* the caller's bytes stay */
    machine_assert(block->read(vault, FIRST, in, MANY) == 0 && memcmp(in, out, sizeof in) == 0);
    machine_assert(block->read(vault, FIRST + MANY - 1, in, 1) == 0 && memcmp(in, out, BLOCK) == 0);
    machine_assert(block->flush(vault) == 0);
}

static void what_was_never_written_is_zeros(struct device *vault, const struct block_operations *block) {
    static const unsigned char zeros[BLOCK];
    machine_assert(block->read(vault, FAR, in, 1) == 0 && memcmp(in, zeros, BLOCK) == 0);
    machine_assert(block->write(vault, FAR, zeros, 1) == 0);
    machine_assert(block->read(vault, FAR, in, 1) == 0 && memcmp(in, zeros, BLOCK) == 0);
}

static void it_ends_where_the_disk_ends(struct device *vault, const struct block_operations *block) {
    const struct block_geometry geometry = block->geometry(vault);
    machine_assert(geometry.block_bytes == BLOCK && geometry.count == 8192 && !geometry.read_only);
    machine_assert(block->read(vault, geometry.count, in, 1) == -EINVAL);
    machine_assert(block->write(vault, geometry.count - 1, out, 2) == -EINVAL);
}

int app_main(void) {
    struct device *vault = device_named("vault");
    const struct block_operations *block = vault->driver->operations;
    if (vault->status != DEVICE_UP) {
        console_print("no key\n");
        return block->read(vault, 0, in, 1) == -ENODEV ? 2 : 1;
    }
    writes_and_reads(vault, block);
    what_was_never_written_is_zeros(vault, block);
    it_ends_where_the_disk_ends(vault, block);
    console_print("whole\n");
    return 0;
}
