/* A disk of zeros, which forgets what is written to it. */
#include "zero_disk.h"

#include <string.h>

#include "unikernel/block.h"

enum { BLOCK_BYTES = 512 };

static int init(struct device *self) {
    (void)self;
    return 0;
}

static struct block_geometry geometry(struct device *self) {
    const struct zero_disk_parameters *parameters = self->parameters;
    return (struct block_geometry){.count = (uint64_t)parameters->size / BLOCK_BYTES, .block_bytes = BLOCK_BYTES};
}

static int read(struct device *self, uint64_t block, void *bytes, uint32_t count) {
    const int error = block_check(self, block, count);
    if (error == 0) {
        memset(bytes, 0, (size_t)count * BLOCK_BYTES);
    }
    return error;
}

static int write(struct device *self, uint64_t block, const void *bytes, uint32_t count) {
    (void)bytes;
    return block_check(self, block, count);
}

static int flush(struct device *self) {
    (void)self;
    return 0;
}

static int discard(struct device *self, uint64_t block, uint64_t count) {
    return block_check(self, block, count);
}

static const struct block_operations operations = {
    .geometry = geometry,
    .read = read,
    .write = write,
    .flush = flush,
    .discard = discard,
};

const struct driver zero_disk_driver = {
    .class_name = "ZeroDisk",
    .provides = INTERFACE_BLOCK,
    .operations = &operations,
    .init = init,
};
