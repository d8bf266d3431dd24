/* A virtio disk: provides Block. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "unikernel/device.h"
#include "unikernel/virtio.h"

struct virtio_block_state {
    struct virtio *device;
    struct virtq queue;
    struct virtio_block_request *request;
    uint64_t sectors;
    uint32_t most_bytes; /* of one request */
    bool read_only, flushes, discards;
    uint32_t discard_most; /* sectors of one request */
    bool failed;           /* it lied, or fell silent: it is asked nothing more */
};

extern const struct driver virtio_block_driver;
