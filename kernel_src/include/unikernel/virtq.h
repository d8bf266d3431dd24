/*
 * A split virtqueue, the driver's side. Virtual I/O Device (VIRTIO) 1.2, section 2.7.
 *
 * The device is not trusted: what it writes to the used ring is checked against what this side remembers in memory of
 * its own, and nothing that the device can write is read back as a pointer, an index or a length that is not checked. A
 * queue on which the device lied is broken: it takes and gives nothing more.
 *
 * Many requests can be in flight, each with a token that tells it when it comes back, in any order. Nothing here is
 * locked: who uses a queue from an interrupt, too, uses it elsewhere with interrupts off.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIRTQ_SIZE_MOST = 256, VIRTQ_ALIGN = 16 };

struct virtq_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

struct virtq_available {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[];
};

struct virtq_used_element {
    uint32_t id;
    uint32_t length;
};

struct virtq_used {
    uint16_t flags;
    uint16_t index;
    struct virtq_used_element ring[];
};

/* One piece of memory of a request, at the address where the device sees it. */
struct virtq_piece {
    const void *bytes;
    uint32_t length;
    bool device_writes;
};

/* What this side remembers of a descriptor; out of the device's reach. */
struct virtq_entry {
    void *token;       /* of the request whose first descriptor this is, else NULL */
    uint32_t writable; /* bytes that the device may write in that request */
    uint16_t next;     /* in the chain, or in the list of the free */
    uint16_t count;    /* descriptors of the chain */
};

struct virtq {
    struct virtq_descriptor *descriptors;
    struct virtq_available *available;
    volatile struct virtq_used *used;
    struct virtq_entry *entries;
    uint16_t size; /* a power of two */
    uint16_t free_head, free_count;
    uint16_t available_index, used_index; /* ours: the ring's own are written for the device, or by it */
    uint16_t most_in_flight;              /* requests, since the start */
    bool broken;
};

/* Bytes of memory that a queue of `size` takes; the memory starts at a multiple of VIRTQ_ALIGN. */
size_t virtq_bytes(uint16_t size);

/* Lays a queue out in `memory` and clears it. */
void virtq_init(struct virtq *queue, uint16_t size, void *memory);

/* Gives the device a request; pieces that it reads stand before those that it writes. 0; -ENOSPC while the queue is
 * full; -EINVAL for no pieces, or more than the queue can ever hold; -EIO when it is broken. */
int virtq_add(struct virtq *queue, const struct virtq_piece *pieces, size_t count, void *token);

/* Takes back a request that the device is done with: 1 and its token, and how many bytes the device says it wrote, at
 * most what it could; 0 when there is none; -EIO when the queue is broken. */
int virtq_take(struct virtq *queue, void **token, uint32_t *written);

/* Whether the device has given something back, or broken the queue: virtq_take would say more than 0. */
bool virtq_ready(const struct virtq *queue);

/* Whether the device should interrupt when it gives something back; a hint. True of a queue where that is turned on and
 * something is there already: it may make no interrupt any more, so it is taken before anybody waits. */
bool virtq_interrupts(struct virtq *queue, bool wanted);

/* Requests that the device has, or has given back to be taken. */
static inline uint16_t virtq_in_flight(const struct virtq *queue) {
    return (uint16_t)(queue->available_index - queue->used_index);
}
