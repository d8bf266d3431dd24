/* A disk in the machine's own memory: as fast as copying, and gone with the machine. */
#include "ram_disk.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "unikernel/block.h"
#include "unikernel/memory.h"

enum { BLOCK_BYTES = 512, ALIGN = 64 };

static uint64_t bytes_of(const struct device *self) {
    return (uint64_t)((const struct ram_disk_parameters *)self->parameters)->size;
}

static int init(struct device *self) {
    self->state = memory_take(bytes_of(self), ALIGN);
    if (self->state == NULL) {
        return -ENOMEM;
    }
    memset(self->state, 0, bytes_of(self));
    return 0;
}

static struct block_geometry geometry(struct device *self) {
    return (struct block_geometry){bytes_of(self) / BLOCK_BYTES, BLOCK_BYTES, false};
}

static unsigned char *at(struct device *self, uint64_t block) {
    return (unsigned char *)self->state + block * BLOCK_BYTES;
}

static int read(struct device *self, uint64_t block, void *bytes, uint32_t count) {
    const int error = block_check(self, block, count);
    if (error == 0) {
        memcpy(bytes, at(self, block), (size_t)count * BLOCK_BYTES);
    }
    return error;
}

static int write(struct device *self, uint64_t block, const void *bytes, uint32_t count) {
    const int error = block_check(self, block, count);
    if (error == 0) {
        memcpy(at(self, block), bytes, (size_t)count * BLOCK_BYTES);
    }
    return error;
}

static int flush(struct device *self) {
    return self->status == DEVICE_UP ? 0 : -ENODEV;
}

static int discard(struct device *self, uint64_t block, uint64_t count) {
    const int error = block_check(self, block, count);
    if (error == 0) {
        memset(at(self, block), 0, count * BLOCK_BYTES);
    }
    return error;
}

static const struct block_operations operations = {
    .geometry = geometry,
    .read = read,
    .write = write,
    .flush = flush,
    .discard = discard,
};

const struct driver ram_disk_driver = {
    .class_name = "RamDisk",
    .provides = INTERFACE_BLOCK,
    .operations = &operations,
    .init = init,
};
