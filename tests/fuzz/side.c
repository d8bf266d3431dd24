#include "side.h"

#include "check.h"
#include "input.h"

enum { NEXT = 1, DEVICE_WRITES = 2 }; /* VIRTIO 1.2, section 2.7.5 */

void side_start(struct side *side, const struct virtq *queue) {
    *side = (struct side){queue->descriptors, queue->available, queue->used, queue->size, 0, 0, {{0}}};
}

bool side_is_index(const struct side *side, const volatile void *place) {
    return side->descriptors != NULL && place == &side->available->index;
}

struct side_request *side_newest(struct side *side) {
    return &side->requests[(uint16_t)(side->seen - 1) % SIDE_SEEN];
}

const struct side_request *side_see(struct side *side) {
    CHECK(side->available->index == (uint16_t)(side->seen + 1));
    struct side_request *request = &side->requests[side->seen % SIDE_SEEN];
    uint16_t at = side->available->ring[side->seen % side->size];
    *request = (struct side_request){.head = at};
    side->seen++;
    for (bool more = true, writes = false; more;) {
        CHECK(at < side->size && request->count < SIDE_PIECES);
        const struct virtq_descriptor *descriptor = &side->descriptors[at];
        CHECK((descriptor->flags & ~(NEXT | DEVICE_WRITES)) == 0);
        CHECK(!writes || descriptor->flags & DEVICE_WRITES); /* 2.7.4.2: what it writes stands behind what it reads */
        writes = descriptor->flags & DEVICE_WRITES;
        more = descriptor->flags & NEXT;
        request->pieces[request->count++] =
            (struct virtq_piece){(const void *)(uintptr_t)descriptor->address, descriptor->length, writes};
        request->writable += writes ? descriptor->length : 0;
        at = descriptor->next;
    }
    return request;
}

static void give(struct side *side, uint32_t id, uint32_t length) {
    volatile struct virtq_used_element *element = &side->used->ring[side->used->index % side->size];
    element->id = id;
    element->length = length;
    side->used->index++;
}

void side_give(struct side *side, const struct side_request *request, uint32_t written) {
    give(side, request->head, written);
}

const struct side_request *side_next(struct side *side) {
    return side->next == side->seen ? NULL : &side->requests[side->next++ % SIDE_SEEN];
}

/* Anything into what the driver has ever named, its own to write or not. */
static void scribble(const struct side_request *request) {
    const struct virtq_piece *piece = &request->pieces[input_below(SIDE_PIECES)];
    if (piece->length > 0) {
        input_change((void *)(uintptr_t)piece->bytes, piece->length);
    }
}

/* Anything into the queue itself. */
static void scribble_queue(struct side *side) {
    unsigned char *const parts[] = {(void *)side->descriptors, (void *)side->available, (void *)side->used};
    const size_t bytes[] = {
        side->size * sizeof *side->descriptors,
        sizeof *side->available + (side->size + 1u) * sizeof *side->available->ring,
        sizeof *side->used + side->size * sizeof *side->used->ring + sizeof(uint16_t),
    };
    const uint32_t part = input_below(3);
    input_change(parts[part], bytes[part]);
}

void side_lie(struct side *side) {
    enum { NOTHING, ANSWER, ANSWER_OLDER, MISCOUNT, MOVE, NAME, MEASURE, HINT, SCRIBBLE, SCRIBBLE_QUEUE, LIES };
    if (side->descriptors == NULL) {
        return;
    }
    const struct side_request *older = &side->requests[input_below(SIDE_SEEN)];
    volatile struct virtq_used_element *slot = &side->used->ring[input_number(1) % side->size];
    switch (input_below(LIES)) {
    case ANSWER:
        give(side, side_newest(side)->head, side_newest(side)->writable);
        break;
    case ANSWER_OLDER:
        give(side, older->head, (uint32_t)input_number(4));
        break;
    case MISCOUNT:
        give(side, (uint32_t)input_number(1), side_newest(side)->writable);
        break;
    case MOVE:
        side->used->index += (uint16_t)(input_number(2) + 1);
        break;
    case NAME:
        slot->id = (uint32_t)input_number(4);
        break;
    case MEASURE:
        slot->length = (uint32_t)input_number(4);
        break;
    case HINT:
        side->used->flags = (uint16_t)input_number(2);
        break;
    case SCRIBBLE:
        scribble(older);
        break;
    case SCRIBBLE_QUEUE:
        scribble_queue(side);
        break;
    default:
        break;
    }
}
