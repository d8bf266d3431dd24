/*
 * The Block interface: numbered blocks of one size. Each call returns when it is done: 0, or -errno. What a write has
 * acknowledged is on the device, and safe from a loss of power only after a flush.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;

struct block_geometry {
    uint64_t count;       /* of blocks */
    uint32_t block_bytes; /* a power of two, at least 512 */
    bool read_only;
};

struct block_operations {
    struct block_geometry (*geometry)(struct device *self);
    int (*read)(struct device *self, uint64_t block, void *bytes, uint32_t count);
    int (*write)(struct device *self, uint64_t block, const void *bytes, uint32_t count);
    int (*flush)(struct device *self);
    int (*discard)(struct device *self, uint64_t block, uint64_t count); /* what is read there then is not said */
};

/* What every provider checks first: 0; -ENODEV for a device that is not up, -EINVAL for no blocks or blocks beyond the
 * end. */
int block_check(struct device *self, uint64_t block, uint64_t count);
