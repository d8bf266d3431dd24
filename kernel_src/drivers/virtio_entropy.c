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

#include "unikernel/clock.h"
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

static int start(struct source *source, struct virtio *device) {
    *source = (struct source){.device = device};
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

/* Takes the first that starts: one that lies must not stand in the way of the next. */
static int init(struct device *self) {
    struct source *source = memory_take(sizeof *source, VIRTQ_ALIGN);
    if (source == NULL) {
        return -ENOMEM;
    }
    for (struct virtio *device = NULL; (device = virtio_next(device, VIRTIO_ENTROPY)) != NULL;) {
        if (start(source, device) == 0) {
            self->state = source;
            return 0;
        }
        virtio_abandon(device);
    }
    return -ENODEV;
}

/* How many bytes the device has put into the buffer; 0: it is of no use any more. */
static uint32_t ask(struct source *source) {
    const struct virtq_piece piece = {source->buffer, sizeof source->buffer, true};
    void *token;
    uint32_t written = 0;
    if (virtq_add(&source->queue, &piece, 1, source) == 0) {
        virtio_notify(source->device, QUEUE);
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

/* A device may give a byte at a time, but not for ever. */
static int fill(struct device *self, void *bytes, size_t length) {
    struct source *source = self->state;
    uint8_t *out = bytes;
    const uint64_t start = clock_monotonic_ns();
    const uint64_t patience = PATIENCE_NS * (1 + length / BUFFER_BYTES);
    while (length > 0) {
        const bool late = clock_monotonic_ns() - start >= patience;
        const uint32_t written = source->failed || late ? 0 : ask(source);
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

static const struct virtq *queue(struct device *self, uint16_t number) {
    const struct source *source = self->state;
    return number == QUEUE ? &source->queue : NULL;
}

static const struct entropy_operations operations = {.fill = fill};

const struct driver virtio_entropy_driver = {
    .class_name = "VirtioEntropy",
    .provides = INTERFACE_ENTROPY,
    .operations = &operations,
    .init = init,
    .queue = queue,
};
