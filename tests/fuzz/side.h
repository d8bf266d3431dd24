/* The device's side of a virtqueue: what an honest device does with it, and what a lying one does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unikernel/virtq.h"

enum { SIDE_PIECES = 8, SIDE_SEEN = 16 };

/* A request as the device read it. */
struct side_request {
    uint16_t head;
    size_t count;
    struct virtq_piece pieces[SIDE_PIECES];
    uint32_t writable; /* bytes, of all pieces */
};

struct side {
    struct virtq_descriptor *descriptors; /* NULL: no queue yet */
    struct virtq_available *available;
    volatile struct virtq_used *used;
    uint16_t size;
    uint16_t seen; /* requests, as an index that wraps */
    uint16_t next; /* of those, the one that an honest device answers next */
    struct side_request requests[SIDE_SEEN];
};

void side_start(struct side *side, const struct virtq *queue);

/* Whether it was this queue's index that was published at a place. */
bool side_is_index(const struct side *side, const volatile void *place);

/* Reads the request just published, whose chain must be sound; it is the newest then. */
const struct side_request *side_see(struct side *side);

struct side_request *side_newest(struct side *side);

/* Answers a request as a device should; the data are left to the caller. */
void side_give(struct side *side, const struct side_request *request, uint32_t written);

/* The oldest request that was not answered by side_next, or NULL. */
const struct side_request *side_next(struct side *side);

/* One lie, or one honest deed, as the input says. */
void side_lie(struct side *side);
