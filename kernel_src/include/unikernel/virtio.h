/*
 * Virtio devices, whichever transport carries them: virtio-mmio or virtio-pci. Virtual I/O Device (VIRTIO) 1.2,
 * chapters 2 and 3; the modern interface only.
 *
 * A driver finds its device, starts it with the features it knows, makes its queues, and says that it is ready.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unikernel/virtq.h"

/* Device types, chapter 5. */
enum {
    VIRTIO_NET = 1,
    VIRTIO_BLOCK = 2,
    VIRTIO_CONSOLE = 3,
    VIRTIO_ENTROPY = 4,
};

enum { VIRTIO_QUEUES = 24 }; /* of one device, at most */

struct virtio;

/* What a transport does; see virtio.h of drivers/virtio for the two. */
struct virtio_transport {
    uint8_t (*status)(struct virtio *device);
    void (*set_status)(struct virtio *device, uint8_t status);
    uint32_t (*offered)(struct virtio *device, uint32_t word);
    void (*accept)(struct virtio *device, uint32_t word, uint32_t features);
    uint16_t (*queue_most)(struct virtio *device, uint16_t index); /* 0: there is no such queue */
    void (*queue_enable)(struct virtio *device, uint16_t index, const struct virtq *queue);
    void (*notify)(struct virtio *device, uint16_t index);
    void (*acknowledge)(struct virtio *device);    /* of an interrupt, so that the line falls */
    uint32_t (*generation)(struct virtio *device); /* of the configuration: another one when it has changed */
    /* 1, 2 or 4 bytes of the configuration, at a multiple of as many; 0 where not all of them are there. */
    uint32_t (*config)(struct virtio *device, uint32_t offset, uint32_t bytes);
    int (*attach)(struct virtio *device, void (*handler)(void *), void *argument); /* 0, or -errno */
};

struct virtio {
    const struct virtio_transport *transport;
    uint32_t type;
    bool claimed; /* by a driver */
    void (*notice)(void *);
    void *argument;
    union {
        struct {
            volatile uint32_t *registers;
            uint64_t config_bytes; /* behind the registers */
            unsigned pin;
        } mmio;
        struct {
            volatile unsigned char *common, *notify, *device;
            volatile uint16_t *doorbells[VIRTIO_QUEUES];
            uint32_t notify_multiplier, notify_bytes, device_bytes;
            uint16_t address; /* bus, device, function */
            uint8_t msix;     /* offset of the capability in the configuration space */
        } pci;
    };
};

/* The next device of a type that no driver has claimed, after `after` (NULL: the first), or NULL. */
struct virtio *virtio_next(struct virtio *after, uint32_t type);

/* Resets the device and agrees on features: of those offered, the ones in `known`; VIRTIO_F_VERSION_1 always. 0 and the
 * features, -ENODEV for a device that is not modern, or does not agree. */
int virtio_start(struct virtio *device, uint64_t known, uint64_t *features);

/* Makes queue `index` of at most `size` descriptors, its memory taken for good. 0, -ENODEV without such a queue,
 * -ENOMEM. */
int virtio_queue(struct virtio *device, uint16_t index, uint16_t size, struct virtq *queue);

/* From here on the device works; `notice` is called from interrupt context when it has given something back. */
int virtio_ready(struct virtio *device, void (*notice)(void *), void *argument);

/* Tells the device of what was added to a queue; once for many. */
void virtio_notify(struct virtio *device, uint16_t index);

/* Waits until the queue gives something back, first by looking, then by halting: 0; -ETIMEDOUT; -EIO when the queue is
 * broken. After either the device should be given up by virtio_abandon. */
int virtio_wait(struct virtq *queue, uint64_t timeout_ns);

/* Resets a device that cannot be trusted any more, so that it touches no memory of ours. */
void virtio_abandon(struct virtio *device);

/* The configuration space, little endian; each at a multiple of its bytes, but 64 bits at one of 4. Of a device that
 * changes it meanwhile, 64 bits are of one moment, unless it never stops. */
uint8_t virtio_config8(struct virtio *device, uint32_t offset);
uint16_t virtio_config16(struct virtio *device, uint32_t offset);
uint32_t virtio_config32(struct virtio *device, uint32_t offset);
uint64_t virtio_config64(struct virtio *device, uint32_t offset);
