/* What all block devices refuse alike. */
#include "unikernel/block.h"

#include <errno.h>

#include "unikernel/device.h"

int block_check(struct device *self, uint64_t block, uint64_t count) {
    if (self->status != DEVICE_UP) {
        return -ENODEV;
    }
    const struct block_operations *operations = self->driver->operations;
    const struct block_geometry geometry = operations->geometry(self);
    return count > 0 && block < geometry.count && count <= geometry.count - block ? 0 : -EINVAL;
}
