/* A virtio device in the place of a transport: an honest one, or one that lies as the input says. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "side.h"
#include "unikernel/virtio.h"

struct fake_device {
    uint32_t type;
    uint32_t features;     /* that an honest one offers, of the first 32 */
    const uint8_t *config; /* that an honest one shows */
    uint32_t config_bytes; /* as many as the driver may read */
    uint16_t queues;
    bool honest;
    bool eager; /* a liar that answers each request in due form, whatever else it does */
    void (*asked)(struct fake_device *device, struct side *queue); /* a request was published, and read */
    void (*told)(struct fake_device *device, uint16_t queue);      /* it is to look; NULL: it has seen all before */

    bool up;        /* its queues are in use: enabled, and no reset since */
    bool restless;  /* a liar that changes its configuration while it is read; it offers a feature that nobody knows */
    unsigned stuck; /* how often it has said, for ever, that it is not reset; once is enough for an input */
    uint8_t status;
    struct side sides[VIRTIO_QUEUES];
};

void fake_present(struct fake_device *device); /* adds it to the list of devices found */
struct fake_device *fake_of(const struct virtio *device);

/* Something was published: a request, if it was the index of one of its queues. A device that was given up is asked
 * nothing more. */
void fake_published(struct fake_device *device, const volatile void *place);

/* The turn of a device: an interrupt, and a lie if it is a liar. */
void fake_turn(struct fake_device *device);
