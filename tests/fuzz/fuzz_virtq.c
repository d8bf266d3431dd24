/* sources: drivers/virtio/virtq.c
 * beside: input.c side.c */
/*
 * The virtqueue against a device that has its turn before every look: what is given back was outstanding, no length is
 * beyond what could be written, no chain and no free entry is lost or doubled, and a broken queue stays broken.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "input.h"
#include "seam.h"
#include "side.h"
#include "unikernel/virtq.h"

enum { SIZE_BITS = 9, BUFFER_BYTES = 4096, STEPS_MOST = 4096 };

/* What was given to the queue, by head: tokens point into this. */
static struct outstanding {
    uint16_t count;
    uint32_t writable;
} outstanding[VIRTQ_SIZE_MOST];

static struct virtq queue;
static struct side device;
static unsigned char buffer[BUFFER_BYTES]; /* of all requests */
static bool published;
static unsigned most; /* chains in flight at once */

void seam_looks(void) {
    if (!input_over() && input_below(2) == 0) {
        side_lie(&device);
    }
}

void seam_published(const volatile void *place) {
    published = side_is_index(&device, place);
}

/* Each entry is in the list of the free or in one chain, none in two; as many chains are in flight. */
static void check_entries(void) {
    bool met[VIRTQ_SIZE_MOST] = {false};
    unsigned free = 0, in_flight = 0;
    for (uint16_t at = queue.free_head; free < queue.free_count; at = queue.entries[at].next, free++) {
        CHECK(at < queue.size && !met[at]);
        met[at] = true;
    }
    for (uint16_t head = 0; head < queue.size; head++) {
        CHECK((queue.entries[head].token != NULL) == (outstanding[head].count > 0));
        in_flight += outstanding[head].count > 0;
        uint16_t at = head;
        for (uint16_t i = 0; i < outstanding[head].count; i++, at = queue.entries[at].next) {
            CHECK(at < queue.size && !met[at]);
            met[at] = true;
        }
    }
    for (uint16_t i = 0; i < queue.size; i++) {
        CHECK(met[i]);
    }
    most = in_flight > most ? in_flight : most;
    CHECK(virtq_in_flight(&queue) == in_flight && queue.most_in_flight == most);
}

static void add(void) {
    struct virtq_piece pieces[SIDE_PIECES];
    const size_t count = input_below(SIDE_PIECES + 1);
    const size_t readable = count == 0 ? 0 : input_below((uint32_t)count + 1);
    uint32_t writable = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t start = (uint32_t)input_number(2) % BUFFER_BYTES;
        const uint32_t length = (uint32_t)input_number(2) % (BUFFER_BYTES - start + 1);
        pieces[i] = (struct virtq_piece){buffer + start, length, i >= readable};
        writable += i >= readable ? length : 0;
    }
    const bool broken = queue.broken;
    const uint16_t head = queue.free_head, free = queue.free_count;
    struct outstanding *token = &outstanding[head % VIRTQ_SIZE_MOST];
    published = false;
    const int error = virtq_add(&queue, pieces, count, token);
    const int expected = broken ? -EIO : count == 0 || count > queue.size ? -EINVAL : count > free ? -ENOSPC : 0;
    CHECK(error == expected && published == (error == 0));
    if (error == 0) {
        const struct side_request *request = side_see(&device);
        CHECK(request->head == head && request->count == count && request->writable == writable);
        for (size_t i = 0; i < count; i++) {
            CHECK(request->pieces[i].bytes == pieces[i].bytes && request->pieces[i].length == pieces[i].length);
            CHECK(request->pieces[i].device_writes == pieces[i].device_writes);
        }
        *token = (struct outstanding){(uint16_t)count, writable};
    }
}

static void take(void) {
    const bool broken = queue.broken;
    void *given = NULL;
    uint32_t written = 0;
    const int taken = virtq_take(&queue, &given, &written);
    CHECK((taken == -EIO) == queue.broken && (!broken || taken == -EIO));
    if (taken != 1) {
        CHECK(given == NULL);
        return;
    }
    struct outstanding *token = given;
    CHECK(token >= outstanding && token < outstanding + queue.size && token->count > 0);
    CHECK(written <= token->writable);
    token->count = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    enum { ADD, TAKE, READY, INTERRUPTS, NOTHING, OPERATIONS };
    input_start(bytes, length);
    const uint16_t size = (uint16_t)(1u << input_below(SIZE_BITS));
    void *memory = aligned_alloc(VIRTQ_ALIGN, (virtq_bytes(size) + VIRTQ_ALIGN - 1) / VIRTQ_ALIGN * VIRTQ_ALIGN);
    virtq_init(&queue, size, memory);
    queue.available_index = queue.used_index = queue.available->index = queue.used->index = (uint16_t)input_number(2);
    memset(outstanding, 0, sizeof outstanding);
    most = 0;
    side_start(&device, &queue);
    device.seen = queue.available_index;
    for (int steps = 0; !input_over() && steps < STEPS_MOST; steps++) {
        const bool broken = queue.broken;
        switch (input_below(OPERATIONS)) {
        case ADD:
            add();
            break;
        case TAKE:
            take();
            break;
        case READY:
            CHECK(virtq_ready(&queue) || !broken);
            break;
        case INTERRUPTS:
            virtq_interrupts(&queue, input_below(2));
            break;
        case NOTHING:
        default:
            break;
        }
        CHECK(!broken || queue.broken);
        check_entries();
    }
    free(memory);
    return 0;
}
