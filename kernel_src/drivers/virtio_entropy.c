/*
 * The host's random numbers. VIRTIO 1.2, section 5.4: a buffer that the device is given comes back with one random byte
 * or more in it.
 *
 * All such devices are alike, so each of a stack takes the next one. A device that gives back nothing, or not in time,
 * is reset and asked nothing more.
 */
#include "virtio_entropy.h"

#include <errno.h>
#include <stdint.h>

#include "unikernel/entropy.h"
#include "unikernel/memory.h"
#include "unikernel/virtio.h"

enum { QUEUE = 0, QUEUE_SIZE = 1, BUFFER_BYTES = 64 };

#define PATIENCE_NS 5000000000ull

struct source {
    struct virtio *device;
    struct virtq queue;
    bool failed;
    uint8_t buffer[BUFFER_BYTES]; /* the device's, from the request until it is done or reset */
};

static int init(struct device *self) {
    struct virtio *device = virtio_next(NULL, VIRTIO_ENTROPY);
    if (device == NULL) {
        return -ENODEV;
    }
    struct source *source = memory_take(sizeof *source, VIRTQ_ALIGN);
    if (source == NULL) {
        return -ENOMEM;
    }
    *source = (struct source){.device = device};
    self->state = source;
    uint64_t features;
    int error = virtio_start(device, 0, &features);
    if (error == 0) {
        error = virtio_queue(device, QUEUE, QUEUE_SIZE, &source->queue);
    }
    if (error == 0) {
        virtq_interrupts(&source->queue, false);
        error = virtio_ready(device, NULL, NULL);
    }
    return error;
}

/* How many bytes the device has put into the buffer; 0: it is of no use any more. */
static uint32_t ask(struct source *source) {
    const struct virtq_piece piece = {source->buffer, sizeof source->buffer, true};
    void *token;
    uint32_t written = 0;
    if (virtq_add(&source->queue, &piece, 1, source) == 0) {
        virtio_notify(source->device, QUEUE, &source->queue);
        if (virtio_wait(&source->queue, PATIENCE_NS) == 0) {
            (void)virtq_take(&source->queue, &token, &written);
        }
    }
    if (written == 0) {
        source->failed = true;
        virtio_abandon(source->device);
    }
    return written;
}

static int fill(struct device *self, void *bytes, size_t length) {
    struct source *source = self->state;
    uint8_t *out = bytes;
    while (length > 0) {
        const uint32_t written = source->failed ? 0 : ask(source);
        if (written == 0) {
            return -EIO;
        }
        for (uint32_t i = 0; i < written && length > 0; i++, length--) {
            *out++ = source->buffer[i];
            source->buffer[i] = 0; /* it will be a secret */
        }
    }
    return 0;
}

static const struct entropy_operations operations = {.fill = fill};

const struct driver virtio_entropy_driver = {
    .class_name = "VirtioEntropy",
    .provides = INTERFACE_ENTROPY,
    .operations = &operations,
    .init = init,
};
