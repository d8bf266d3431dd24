/* Whether a disk has never been written to: see blank.h. */
#include "blank.h"

#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/block.h"

#include "port.h"

enum { CHUNK_BYTES = 64 * 1024, HEAD_BYTES = 1 << 30, TAIL_BYTES = 1 << 20 };

static int blank_range(struct device *disk, uint64_t block, uint64_t end, unsigned char *buffer, uint32_t block_bytes) {
    const struct block_operations *operations = disk->driver->operations;
    const uint32_t most = CHUNK_BYTES / block_bytes;
    while (block < end) {
        const uint32_t count = end - block < most ? (uint32_t)(end - block) : most;
        const int error = operations->read(disk, block, buffer, count);
        if (error != 0) {
            return error;
        }
        const uint64_t *words = (const uint64_t *)buffer;
        for (size_t i = 0; i < (size_t)count * block_bytes / sizeof *words; i++) {
            if (words[i] != 0) {
                return 0;
            }
        }
        block += count;
    }
    return 1;
}

int blank_disk(struct device *disk) {
    const struct block_geometry geometry = ((const struct block_operations *)disk->driver->operations)->geometry(disk);
    unsigned char *buffer = m_new(unsigned char, CHUNK_BYTES);
    const uint64_t head = HEAD_BYTES / geometry.block_bytes;
    const uint64_t tail = TAIL_BYTES / geometry.block_bytes;
    int result;
    if (geometry.count <= head + tail) {
        result = blank_range(disk, 0, geometry.count, buffer, geometry.block_bytes);
    } else {
        result = blank_range(disk, 0, head, buffer, geometry.block_bytes);
        if (result == 1) {
            result = blank_range(disk, geometry.count - tail, geometry.count, buffer, geometry.block_bytes);
        }
    }
    m_del(unsigned char, buffer, CHUNK_BYTES);
    return result;
}

void raise_unusable(struct device *self, struct device *disk) {
    raise_os_error(MP_ENODEV,
                   "%s: the disk %s is not empty and holds no file system that %s can mount; it is left as it is",
                   self->name, disk->name, self->driver->class_name);
}

void raise_of_another_size(struct device *self, struct device *disk) {
    raise_os_error(MP_ENODEV, "%s: the disk %s has another size than the file system on it; it is left as it is",
                   self->name, disk->name);
}
